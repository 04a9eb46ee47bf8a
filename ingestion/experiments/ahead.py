"""The rows that studies would land as they lie there now: nothing is written, nothing promised."""

from __future__ import annotations

import sys
from pathlib import Path

import pyarrow as pa

from ingestion.experiments.definition import DefinitionError
from ingestion.experiments.landing import SOURCE, folder_of, version_rows
from ingestion.experiments.schema import TABLES
from ingestion.experiments.study import Study, read_study
from ingestion.landing.deliveries import SourceAbsent
from ingestion.landing.land import new_load_id
from ingestion.landing.source import Rows


def studies_ahead() -> dict[str, Study]:
    """Return the declared studies whose folders are not the newest versions the lake has.

    One that cannot be used is told, as its landing would, and left out.
    """
    broken: list[str] = []
    found = {}
    for name, entry in SOURCE.declared(broken).items():
        if not SOURCE.streams(entry):
            continue
        try:
            study = read_study(Path(folder_of(entry)))
        except (DefinitionError, SourceAbsent) as error:
            broken.append(f"study {name}: {error}")
            continue
        broken += [f"study {name}: {reject['error']}" for reject in study.rejects]
        if study.is_usable:
            found[name] = study
    for said in broken:
        sys.stderr.write(f"not counted: {said}\n")
    return found


def rows_ahead() -> dict[str, pa.Table]:
    """Return what those studies would add to the raw tables, by table."""
    tables: dict[str, Rows] = {}
    for name, study in studies_ahead().items():
        load_id = new_load_id()
        for table, rows in version_rows(study, name).items():
            tables.setdefault(table, []).extend(row | {"load_id": load_id} for row in rows)
    return {
        table: pa.Table.from_pylist(rows, TABLES[table]) for table, rows in tables.items() if rows
    }

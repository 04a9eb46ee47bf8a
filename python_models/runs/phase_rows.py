"""The rows that a phase of any run left, read without the build database: no build ever waits.

A page opens no build database: who has it open holds every build up. What is left to read are
the release a run made, the phases of products that are kept by phase, the folder of a run that
wrote one (`SLUICE_ARTIFACTS`), and what a job fetched for a page.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Literal, NamedTuple

import duckdb
import pyarrow as pa

from ingestion.lakehouse import journal
from ingestion.lakehouse.catalog import metadata_locations
from ingestion.lakehouse.settings import settings
from ingestion.lakehouse.sql_text import identifier, literal
from ingestion.lakehouse.tiers import WHOLE
from ingestion.landing.products import PRODUCTS
from python_models.release import kept_phases
from python_models.release.reader import NothingReleased, of_tier, open_release
from python_models.release.release_file import newest_file
from python_models.release.snapshot_files import plain
from python_models.runs.artifacts import fetched_folder, folder_of
from python_models.runs.phases import latest_nodes

Origin = Literal["kept", "release", "files", "none"]


Opening = Callable[[Path], AbstractContextManager[duckdb.DuckDBPyConnection]]


class Relation(NamedTuple):
    """One table of a phase, and where its rows can be read."""

    name: str
    origin: Origin
    row_count: int | None
    why: str | None = None  # it cannot be read, as whoever tried was told


def phases_of(run_id: str) -> dict[str, list[str]]:
    """Return {product: its phases with their ordinals, in order} of a run of the journal."""
    found: dict[str, set[str]] = {}
    for node in latest_nodes(run_id):
        if node["phase"] and node["domain"]:
            found.setdefault(node["domain"], set()).add(node["phase"])
    return {
        product: sorted(found[product], key=_ordinal) for product in PRODUCTS if product in found
    }


def relations(
    run_id: str, product: str, phase: str, opening: Opening = open_release
) -> list[Relation]:
    """Return the tables of a phase; those whose rows can be read first, then those that have any.

    Args:
        run_id: of the journal.
        product: whose phase it is.
        phase: ordinal and name.
        opening: opens a release; a process that has one open already hands over a cursor of it.
    """
    kept = {
        name: Relation(name, "kept", entry.get("rows"))
        for name, entry in _kept(run_id, product, phase).items()
    }
    released = _released(run_id, product, opening)
    in_files = _in_files(run_id, product, phase)
    found: dict[str, Relation] = dict(kept)
    for node in latest_nodes(run_id):
        if (node["domain"], node["phase"]) != (product, phase):
            continue
        if node["resource_type"] not in ("model", "seed", "snapshot") or node["node"] in found:
            continue
        name = node["node"]
        origin: Origin = (
            "release"
            if name in released
            else "files"
            if isinstance(in_files.get(name), list)
            else "none"
        )
        why = in_files.get(name) if origin == "none" else None
        found[name] = Relation(name, origin, node["rows_out"], why)
    order = ("kept", "release", "files", "none")
    return sorted(found.values(), key=lambda one: (order.index(one.origin), one.row_count == 0))


def rows_of(
    run_id: str,
    product: str,
    phase: str,
    wanted: Relation,
    limit: int,
    opening: Opening = open_release,
) -> pa.Table:
    """Return rows of a table of a phase, at most so many.

    Raises:
        NothingReleased: its release has no file (any more) that this reader may open.
    """
    if wanted.origin == "kept":
        return _kept_rows(run_id, product, phase, wanted.name, limit)
    if wanted.origin == "release":
        path = _release_of(run_id)
        if path is None:
            raise NothingReleased("The release of this run has no file any more.")
        with opening(path) as connection:
            relation = f"{identifier(product)}.{identifier(wanted.name)}"
            return connection.execute(
                f"select * from {relation} limit {int(limit)}"
            ).to_arrow_table()
    found = _in_files(run_id, product, phase).get(wanted.name)
    return as_table(found[:limit] if isinstance(found, list) else [])


def as_table(rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Return rows as JSON has them; a column whose values do not agree is text."""
    rows = [dict(row) for row in rows]
    names = list(dict.fromkeys(name for row in rows for name in row))
    columns = {}
    for name in names:
        values = [row.get(name) for row in rows]
        try:
            columns[name] = pa.array(values)
        except (pa.ArrowInvalid, pa.ArrowTypeError):
            columns[name] = pa.array([value if value is None else str(value) for value in values])
    return pa.table(columns)


def _ordinal(phase: str) -> tuple[int, str]:
    number = phase.partition(" ")[0]
    return (int(number) if number.isdigit() else 99, phase)


def _sees_all() -> bool:
    return settings().tier == WHOLE


def _kept_row(
    connection: duckdb.DuckDBPyConnection, run_id: str, product: str, phase: str
) -> kept_phases.Row | None:
    one = PRODUCTS[product]
    rows = kept_phases.runs_of(connection, one)
    own = kept_phases.run_of_product(rows, run_id)
    if own is None:
        return None
    return kept_phases.newest_phases(rows, own).get(_ordinal(phase)[0])


def _kept(run_id: str, product: str, phase: str) -> dict[str, dict[str, Any]]:
    if not PRODUCTS[product].phases or not _sees_all():
        return {}
    with kept_phases.reading() as connection:
        row = _kept_row(connection, run_id, product, phase)
        return kept_phases.relations_of(row) if row else {}


def _kept_rows(run_id: str, product: str, phase: str, relation: str, limit: int) -> pa.Table:
    with kept_phases.reading() as connection:
        row = _kept_row(connection, run_id, product, phase)
        if row is None or not _sees_all():
            return pa.table({})
        metadata = metadata_locations(PRODUCTS[product].phase_namespace)[row["phase_name"]]
        source = f"iceberg_scan({literal(plain(metadata))})"
        query = kept_phases.relation_query(source, row, relation)
        return connection.execute(f"{query} limit {int(limit)}").to_arrow_table()


def _release_number(run_id: str) -> int | None:
    found = journal.rows(
        "select max(release_id) as release_id from runs where run_id = ?", (run_id,)
    )
    return found[0]["release_id"] if found else None


def _release_of(run_id: str) -> Path | None:
    """Return the file of a run's release that this reader may open."""
    release = _release_number(run_id)
    path = newest_file(release) if release else None
    try:
        return of_tier(path, WHOLE) if path else None
    except NothingReleased:
        return None


def _released(run_id: str, product: str, opening: Opening) -> set[str]:
    path = _release_of(run_id)
    if path is None:
        return set()
    with opening(path) as connection:
        return {
            name
            for (name,) in connection.execute(
                "select table_name from information_schema.tables where table_schema = ?",
                [product],
            ).fetchall()
        }


def _in_files(run_id: str, product: str, phase: str) -> dict[str, Any]:
    if not _sees_all():
        return {}
    told: dict[str, Any] = {}
    for folder in (fetched_folder(run_id), folder_of(run_id)):
        for place in (folder / product, folder) if folder else ():
            for path in place.glob(f"phase{_ordinal(phase)[0]}_*.json"):
                try:
                    told |= json.loads(path.read_text(encoding="utf-8"))["data"]
                except (OSError, ValueError, KeyError):
                    continue  # it is being written just now
    return told

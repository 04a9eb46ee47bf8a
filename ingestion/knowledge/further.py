"""What lands beside exports: versions of ontologies, and what people decided of entities."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from ingestion.knowledge import decisions
from ingestion.knowledge.grids import unlanded_grids
from ingestion.knowledge.ontologies import (
    BUNDLED,
    OntologyError,
    faults_of,
    landed_rows,
    read_version,
    versions_in,
)
from ingestion.knowledge.schema import NAMESPACE
from ingestion.lakehouse.settings import variables
from ingestion.landing import landed

OWN = "KNOWLEDGE_ONTOLOGIES"  # a folder of versions beside the bundled ones


def further_rows(broken: list[str]) -> dict[str, list[dict[str, Any]]]:
    """Return rows that are in no raw table yet, by table; none where there is nothing.

    Args:
        broken: takes a sentence for each version that cannot be used.
    """
    there = landed.landed_rows(NAMESPACE, "decisions", ("decision_id",), "load_id")
    rows = unlanded_grids(landed_grids(), broken) | {
        "ontologies": unlanded_ontologies(broken),
        "decisions": decisions.waiting({row["decision_id"] for row in there}),
    }
    return {table: found for table, found in rows.items() if found}


def landed_grids() -> set[tuple[str, str]]:
    """Return what grids said when they landed last: (grid, hash)."""
    columns = ("grid_id", "grid_hash", "load_id")
    rows = landed.landed_rows(NAMESPACE, "grid_cells", columns, "load_id")
    newest = {row["grid_id"]: row for row in sorted(rows, key=lambda row: row["load_id"])}
    return {(name, row["grid_hash"]) for name, row in newest.items()}


def unlanded_ontologies(broken: list[str]) -> list[dict[str, Any]]:
    """Return the rows of versions that have not landed; what has landed stays as it is."""
    columns = ("ontology_id", "ontology_hash")
    there = {
        row["ontology_id"]: row["ontology_hash"]
        for row in landed.landed_rows(NAMESPACE, "ontologies", columns, "load_id")
    }
    found: list[dict[str, Any]] = []
    for folder in ontology_folders():
        try:
            version = read_version(folder)
        except (OntologyError, OSError, UnicodeError) as error:
            broken.append(str(error))
            continue
        if faults := faults_of(version):
            broken.append(f"ontology {folder}: " + "; ".join(faults))
            continue
        rows = [
            {"ontology_id": version.ontology_id, "part": part, "position": row["position"],
             "content": json.dumps(row, ensure_ascii=False, sort_keys=True)}
            for part, listed in landed_rows(version).items()
            for row in listed
        ]  # fmt: skip
        said = "\n".join(f"{row['part']} {row['content']}" for row in rows)
        digest = hashlib.sha256(said.encode()).hexdigest()[:16]
        known = there.get(version.ontology_id)
        if known is None:
            found += [row | {"ontology_hash": digest} for row in rows]
        elif known != digest:
            broken.append(
                f"ontology {folder}: {version.ontology_id} has landed and says something else now; "
                "a version is never edited in place: give the folder another name"
            )
    return found


def ontology_folders() -> list[Path]:
    """Return the folders of all versions: the bundled ones, then a person's own."""
    own = variables().get(OWN, "").strip()
    return versions_in(BUNDLED) + (versions_in(Path(own).expanduser()) if own else [])

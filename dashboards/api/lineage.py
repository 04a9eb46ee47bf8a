"""Where a released table comes from and what is made of it, as dbt knows it."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson
from pydantic import BaseModel

from ingestion.lakehouse.dbt_environment import target_folder


class Lineage(BaseModel):
    """Names of the nodes next to a table; empty where no build has left its manifest."""

    made_of: list[str] = []
    made_into: list[str] = []
    sql_file: str | None = None


def lineage_of(schema: str, name: str) -> Lineage:
    """Return the lineage of a table."""
    path = target_folder() / "manifest.json"
    if not path.exists():
        return Lineage()
    found = _lineages(path, path.stat().st_mtime_ns)
    return found.get((schema, name), Lineage())


@lru_cache(maxsize=1)
def _lineages(path: Path, changed_at: int) -> dict[tuple[str, str], Lineage]:
    manifest: dict[str, Any] = orjson.loads(path.read_bytes())
    nodes = {**manifest["nodes"], **manifest.get("exposures", {})}
    names = {unique_id: node["name"] for unique_id, node in nodes.items()}
    kept = {
        one for one, node in nodes.items() if node["resource_type"] not in ("test", "unit_test")
    }
    children = manifest.get("child_map", {})
    return {
        (node["fqn"][1], node.get("alias") or node["name"]): Lineage(
            made_of=sorted(names[one] for one in node["depends_on"]["nodes"] if one in kept),
            made_into=sorted(names[one] for one in children.get(unique_id, ()) if one in kept),
            sql_file=node["original_file_path"],
        )
        for unique_id, node in nodes.items()
        if node["resource_type"] == "model" and len(node["fqn"]) > 2
    }

"""Where a released table comes from, what is made of it and what tests it, as dbt knows it."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import orjson
from pydantic import BaseModel

from ingestion.lakehouse.dbt_environment import target_folder


class Lineage(BaseModel):
    """Names of the nodes next to a table; empty where no build has left its manifest."""

    made_of: list[str] = []
    made_into: list[str] = []
    sql_file: str | None = None


class Reader(NamedTuple):
    """A page or report that reads a table, and who answers for it."""

    title: str
    owner: str


class TableTest(NamedTuple):
    """A dbt test of a table: its node, what it holds the table to, and of which column."""

    node: str
    kind: str
    column: str | None


def lineage_of(schema: str, name: str) -> Lineage:
    """Return the lineage of a table."""
    node = _model(schema, name)
    if node is None:
        return Lineage()
    known, unique_id = manifest(), node["unique_id"]
    nodes = {**known["nodes"], **known.get("exposures", {})}

    def names(wanted: list[str]) -> list[str]:
        return sorted(
            nodes[one]["name"]
            for one in wanted
            if one in nodes and nodes[one]["resource_type"] not in ("test", "unit_test")
        )

    return Lineage(
        made_of=names(node["depends_on"]["nodes"]),
        made_into=names(known.get("child_map", {}).get(unique_id, [])),
        sql_file=node["original_file_path"],
    )


def readers_of(schema: str, name: str) -> list[Reader]:
    """Return the pages and reports that declare to read a table, with their owners."""
    node = _model(schema, name)
    wanted = {node["unique_id"]} if node else {f"source.sluice.{schema}.{name}"}
    return [
        Reader(one["label"] or one["name"], one["owner"].get("name") or "–")
        for one in manifest().get("exposures", {}).values()
        if wanted & set(one["depends_on"]["nodes"])
    ]


def known_tests(schema: str, name: str) -> list[TableTest]:
    """Return the dbt tests a table has to pass, those of columns first."""
    node = _model(schema, name)
    if node is None:
        return []
    found = [
        promise
        for one in manifest()["nodes"].values()
        if one["resource_type"] == "test" and node["unique_id"] in one["depends_on"]["nodes"]
        for promise in _promises(one)
    ]
    return sorted(found, key=lambda test: (test.column is None, test.column or "", test.kind))


def _promises(test: dict[str, Any]) -> list[TableTest]:
    """Return what one test promises; a single query may look at many columns."""
    metadata = test.get("test_metadata") or {}
    if metadata.get("name") != "not_null_and_unique":
        kind = metadata.get("name") or test["name"]
        return [TableTest(test["name"], kind, test.get("column_name"))]
    return [
        TableTest(test["name"], kind, key if isinstance(key, str) else ", ".join(key))
        for kind in ("not_null", "unique")
        for key in metadata["kwargs"].get(kind, [])
    ]


def manifest() -> dict[str, Any]:
    """Return dbt's manifest of the last build here; one without nodes where there was none."""
    path = target_folder() / "manifest.json"
    return _read(path, path.stat().st_mtime_ns) if path.exists() else {"nodes": {}, "sources": {}}


def _model(schema: str, name: str) -> dict[str, Any] | None:
    path = target_folder() / "manifest.json"
    return _models(path, path.stat().st_mtime_ns).get((schema, name)) if path.exists() else None


@lru_cache(maxsize=1)
def _read(path: Path, changed_at: int) -> dict[str, Any]:
    read: dict[str, Any] = orjson.loads(path.read_bytes())
    return read


@lru_cache(maxsize=1)
def _models(path: Path, changed_at: int) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (node["fqn"][1], node.get("alias") or node["name"]): node
        for node in _read(path, changed_at)["nodes"].values()
        if node["resource_type"] == "model" and len(node["fqn"]) > 2
    }

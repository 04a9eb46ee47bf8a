"""What the project says of raw tables and the ledger: the descriptions of dbt's sources.

Readers find these tables in the release file too; a column is described in one place.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from ingestion.lakehouse.settings import PROJECT_ROOT

MODELS = PROJECT_ROOT / "dbt_project" / "models"


def words_of(schema: str, table: str) -> dict[str, str]:
    """Return {column: sentence} of a table, its own under the empty name; empty when unknown."""
    return _described().get((schema, table), {})


@lru_cache(maxsize=1)
def _described() -> dict[tuple[str, str], dict[str, str]]:
    import yaml

    found: dict[tuple[str, str], dict[str, str]] = {}
    for path in sorted(MODELS.rglob("_sources.yml")):
        sources = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
        for source in sources.get("sources", []):
            for table in source.get("tables", []):
                schema = source.get("schema", source["name"])
                # before it stands the prefix of what a build on Spark pins
                found[schema.rpartition("}}")[2], table["name"]] = _words(table)
    return found


def _words(table: dict[str, Any]) -> dict[str, str]:
    said = {"": table.get("description", "")}
    said |= {one["name"]: one.get("description", "") for one in table.get("columns", [])}
    return {name: " ".join(text.split()) for name, text in said.items() if text}

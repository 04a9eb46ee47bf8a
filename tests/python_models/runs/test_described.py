"""The docs site describes what a release file shows of runs and answers."""

from __future__ import annotations

import yaml

from ingestion.lakehouse.settings import PROJECT_ROOT
from python_models.llm.ledger.journal_schema import ATTEMPT_COLUMNS, CALL_COLUMNS
from python_models.release import ops_tables


def described(schema: str) -> dict[str, dict[str, str]]:
    """Return {table: {column: sentence}} of a schema's sources in dbt."""
    folder = PROJECT_ROOT / "dbt_project" / "models" / schema
    sources = [
        source
        for path in sorted(folder.rglob("_sources.yml"))
        for source in yaml.safe_load(path.read_text(encoding="utf-8"))["sources"]
    ]
    assert {source["name"] for source in sources} == {schema}
    return {
        table["name"]: {
            column["name"]: column["description"].strip() for column in table["columns"]
        }
        for source in sources
        for table in source["tables"]
    }


def test_docs_and_release_file_say_the_same_about_ops() -> None:
    shown = {name: table["columns"] for name, table in ops_tables.definitions().items()}
    assert described("ops") == shown


def test_docs_describe_every_column_of_the_ledger() -> None:
    found = {name: list(columns) for name, columns in described("llm").items()}
    assert found == {"calls": list(CALL_COLUMNS), "attempts": list(ATTEMPT_COLUMNS)}

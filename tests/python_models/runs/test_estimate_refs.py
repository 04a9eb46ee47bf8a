"""What stands in for dbt while a model is run for its estimate has all that models ask of dbt."""

from __future__ import annotations

import ast
from operator import attrgetter

import duckdb
import pytest

from ingestion.lakehouse.settings import PROJECT_ROOT
from python_models.knowledge.relations import left_by_last_build
from python_models.runs.estimate_refs import Refs

pytestmark = pytest.mark.unit
MODELS = sorted((PROJECT_ROOT / "python_models" / "models").rglob("llm_*.py"))


def asked_of_dbt(source: str) -> set[str]:
    """Return what a model reads of dbt: `ref`, `config.meta_get` .."""
    chains = (ast.unparse(node) for node in ast.walk(ast.parse(source)))
    return {
        chain.removeprefix("dbt.")
        for chain in chains
        if chain.startswith("dbt.") and chain.replace(".", "").isidentifier()
    }


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_an_estimate_has_what_a_model_asks_of_dbt(path) -> None:
    asked = asked_of_dbt(path.read_text(encoding="utf-8"))
    assert "ref" in asked
    with duckdb.connect() as connection:
        refs = Refs(connection, {})
        for name in asked:
            attrgetter(name)(refs)


def test_a_models_own_settings_are_those_of_the_project_and_nothing_is_taken_over() -> None:
    with duckdb.connect() as connection:
        refs = Refs(connection, {}, meta={"summaries": "true"})
        assert refs.config.meta_get("summaries") == "true"
        assert refs.config.meta_get("none", 1) == 1
        assert left_by_last_build(connection, refs.this) is None

"""What the rules of a product's incremental models are, and what restricts its runs."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ingestion.landing.products import PRODUCTS
from python_models.runs.incremental_scope import plain_text, scopes


def node(name: str, code: str, *above: str, kind: str = "model", **more: Any) -> SimpleNamespace:
    """A node as dbt's manifest has it, as far as the plugin looks."""
    return SimpleNamespace(
        name=name, unique_id=f"{kind}.sluice.{name}", resource_type=kind, raw_code=code,
        language="sql", package_name="sluice", fqn=["sluice", "telemetry", name],
        config=SimpleNamespace(materialized=more.pop("materialized", "table"), meta={}),
        depends_on=SimpleNamespace(nodes=list(above), macros=more.pop("macros", [])), **more,
    )  # fmt: skip


def macro(name: str, text: str) -> SimpleNamespace:
    return SimpleNamespace(
        unique_id=f"macro.sluice.{name}", macro_sql=text, package_name="sluice",
        depends_on=SimpleNamespace(macros=[]),
    )  # fmt: skip


def scope(
    folder: Path, code: str = "select {{ robust() }}", seed: str = "a,1\n", text: str = "median",
    engine: str = "duckdb", on_spark: str = "percentile",
) -> dict[str, Any]:  # fmt: skip
    """The scope of a product of a seed too large for dbt to hash, a model and its last model."""
    (folder / "limits.csv").write_text(seed)
    seeded = node(
        "limits", "", kind="seed", root_path=str(folder), original_file_path="limits.csv",
        checksum=SimpleNamespace(name="path", checksum="limits.csv"),
    )  # fmt: skip
    nodes = [
        seeded,
        node("int_telemetry__rows", code, seeded.unique_id, macros=["macro.sluice.robust"]),
        node("int_telemetry__loads_processed", "select 1", "model.sluice.int_telemetry__rows"),
    ]
    robust = macro("robust", text)  # dbt names the form of the engine at work
    robust.depends_on.macros = [f"macro.sluice.{engine}__of_engine"]
    macros = [
        robust, macro("duckdb__of_engine", "quantile"), macro("spark__of_engine", on_spark)
    ]  # fmt: skip
    manifest = SimpleNamespace(
        nodes={one.unique_id: one for one in nodes},
        macros={one.unique_id: one for one in macros},
    )
    return scopes(manifest)["telemetry"]


@pytest.mark.parametrize(
    "changed",
    [
        {"code": "select 1 + {{ robust() }}"},
        {"code": "select {{ robust() }} -- why\nfrom limits"},
        {"seed": "a,2\n"},
        {"text": "avg"},
        {"on_spark": "median"},
    ],
)
def test_a_rule_is_a_model_a_seed_of_any_size_or_a_macro(
    tmp_path: Path, changed: dict[str, str]
) -> None:
    assert scope(tmp_path)["rules"] != scope(tmp_path, **changed)["rules"]


@pytest.mark.parametrize(
    "changed",
    [
        {"code": "-- why\nselect\n    {{ robust() }} /* what */"},
        {"text": "{# of 'all #}median"},
    ],
)
def test_a_comment_or_another_layout_is_no_rule(tmp_path: Path, changed: dict[str, str]) -> None:
    assert scope(tmp_path)["rules"] == scope(tmp_path, **changed)["rules"]


def test_rules_are_the_same_on_each_engine(tmp_path: Path) -> None:
    assert scope(tmp_path)["rules"] == scope(tmp_path, engine="spark")["rules"]


def test_variables_of_the_product_belong_to_its_rules_and_slices_do_not(tmp_path: Path) -> None:
    found = scope(tmp_path, "select {{ var('telemetry_clip', 6) }}, {{ var('from_date') }}")
    assert found["variables"] == ["telemetry_clip"]
    assert found["slices"] == [one.variable for one in PRODUCTS["telemetry"].slices]
    assert found["stored"] == ["model.sluice.int_telemetry__rows"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("""'a -- b' as x""", """'a -- c' as x"""),
        ("""{{ f("it's -- b") }} 'x'""", """{{ f("it's -- c") }} 'x'"""),
        ("'a  b'", "'a b'"),
    ],
)
def test_what_stands_in_a_literal_is_no_comment_and_no_layout(one: str, other: str) -> None:
    assert plain_text(one, "sql") != plain_text(other, "sql")

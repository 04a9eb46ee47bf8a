"""`make` and `dbt` typed by hand go on from what the other has parsed."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from dbt.adapters.duckdb.credentials import DuckDBCredentials

from ingestion.lakehouse.dbt_environment import DBT_FOLDER
from ingestion.landing.products import PRODUCTS
from python_models.runs.dbt_command import dbt
from python_models.runs.dbt_main import (
    PATH_IN_PROFILE,
    told_of_connection,
    variables_of_configs,
)
from tests.python_models.tiny import Tiny

OTHER_PATHS = {"test_paths": ["data_tests"], "snapshot_paths": ["snapshots"]}


def profile_path() -> str:
    """Return the path `profiles.yml` gives a lake when nothing is set."""
    text = (DBT_FOLDER / "profiles.yml").read_text()
    defaults = re.search(r"path: \"\{\{ .*'SLUICE_LAKE', '([^']+)'\)\) \}\}([^\"]+)\"", text)
    assert defaults is not None
    return "".join(defaults.groups())


@pytest.mark.parametrize("named", ["lake", "a copy"])
def test_a_lake_in_any_folder_is_the_connection_that_dbt_typed_by_hand_has(
    tmp_path: Path, named: str
) -> None:
    typed = DuckDBCredentials(path=profile_path(), schema="main")
    made = DuckDBCredentials(path=str(tmp_path / named / "build.duckdb"), schema="main")
    assert sorted(told_of_connection(made)) == sorted(typed.connection_info())
    assert ("path", PATH_IN_PROFILE) in typed.connection_info()


def test_another_setting_is_another_connection() -> None:
    some, other = (
        DuckDBCredentials(path="lake/build.duckdb", schema="main", config_options={"threads": n})
        for n in ("2", "4")
    )
    assert sorted(told_of_connection(some)) != sorted(told_of_connection(other))


def test_only_variables_that_configs_read_have_a_project_parsed_anew(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "dbt_project.yml").write_text("models: {+enabled: \"{{ var('shop') }}\"}")
    (tmp_path / "models" / "one.yml").write_text("config: \"{{ var( 'accepted', [] ) }}\"")
    (tmp_path / "models" / "one.sql").write_text(
        "{{ config(\n  tags=[var('kind')]\n) }} select {{ var('factor') }}"
    )
    (tmp_path / "models" / "two.sql").write_text(
        "{% set size = var('size') %}{% set of = var('of') %}"
        "{{- config(tags=[size]) -}} select {{ of }}"
        "{% if true %}{% if var('with_shops') %} from {{ ref('shops') }}{% endif %}{% endif %}"
        "{% if var('newest') %} where is_newest{% endif %}"
    )
    paths = {"model_paths": ["models"], "seed_paths": ["seeds"]} | OTHER_PATHS
    project = SimpleNamespace(project_root=str(tmp_path), **paths)
    read = {"shop", "accepted", "kind", "size", "with_shops"}
    assert variables_of_configs(project) == read


def test_no_slice_of_a_product_decides_what_is_parsed() -> None:
    paths = {"model_paths": ["models", "../python_models/models"], "seed_paths": ["seeds"]}
    paths |= OTHER_PATHS
    read = variables_of_configs(SimpleNamespace(project_root=str(DBT_FOLDER), **paths))
    assert "accepted_loads" in read
    assert not read & {one.variable for product in PRODUCTS.values() for one in product.slices}


def test_a_build_with_other_values_goes_on_from_what_was_parsed(
    tiny: Tiny, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VERBOSE", "1")
    made = tiny.folder / "target" / "compiled" / "tiny" / "models" / "tiny" / "marts" / "things.sql"
    for factor in ("2", "3"):
        assert dbt(["compile", "-s", "things", "--vars", f"{{factor: {factor}}}"]) == 0
        assert f"things.value * {factor} as value" in made.read_text()
    assert "Unable to do partial parsing" not in capfd.readouterr().out.split("Starting full")[-1]
    assert dbt(["compile", "-s", "things", "--vars", "{shop: true}"]) == 0
    assert "Unable to do partial parsing" in capfd.readouterr().out

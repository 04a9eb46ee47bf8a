"""`make` and `dbt` typed by hand go on from what the other has parsed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from dbt.adapters.duckdb.credentials import DuckDBCredentials

from ingestion.lakehouse.dbt_environment import DBT_FOLDER
from python_models.runs.dbt_main import PATH_IN_PROFILE, told_of_connection


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

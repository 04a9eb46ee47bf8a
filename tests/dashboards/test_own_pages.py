"""A person's own files stand in the menu beside the product's pages."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboards.own_pages import own_pages
from ingestion.lakehouse.settings import reset_settings
from tests.dashboards.pages import failures, page, words

PYTHON = '''"""Controls there are."""

import streamlit as st


def show(ask):
    st.write(f"{len(ask('select distinct control_id from telemetry.cycles'))} controls")
'''


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SLUICE_PAGES", str(tmp_path / "own"))
    reset_settings()
    (tmp_path / "own").mkdir()
    return tmp_path / "own"


def test_markdown_sql_and_python_are_pages_with_titles_of_their_own(
    released: Path, folder: Path
) -> None:
    (folder / "notes.md").write_text("# Notes of the shift\n\nOven 1 was cleaned.\n")
    (folder / "runs.sql").write_text("-- Runs we had\nselect run_id from ops.runs;\n")
    (folder / "Our controls.py").write_text(PYTHON)
    (folder / "ignored.txt").write_text("no page")
    assert [(one.url, one.title) for one in own_pages()] == [
        ("my-our-controls", "Controls there are"),
        ("my-notes", "Notes of the shift"),
        ("my-runs", "Runs we had"),
    ]
    assert "Oven 1 was cleaned" in words(page("my-notes"))
    assert list(page("my-runs").dataframe[0].value.columns) == ["run_id"]
    assert "4 controls" in words(page("my-our-controls"))


def test_a_page_that_writes_is_refused_and_one_that_fails_harms_no_other(
    released: Path, folder: Path
) -> None:
    (folder / "bad.sql").write_text("drop table telemetry.cycles")
    (folder / "gone.sql").write_text("select * from telemetry.no_such_table")
    (folder / "empty.py").write_text("show_nothing = 1")
    (folder / "sql.md").write_text("a page beside the product's own SQL")
    assert page("my-bad").warning[0].value.startswith("bad.sql:")
    assert "no function" in page("my-empty").warning[0].value
    assert len(page("my-gone").exception) == 0
    assert failures(page("sql")) == [] and page("sql").title[0].value == "SQL"
    assert "beside the product" in words(page("my-sql"))


def test_without_the_setting_there_are_none() -> None:
    assert own_pages() == []

"""How pages read a release: together without mixing rows, from the cache where asked before."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest
import streamlit as st

from dashboards.parts import release
from dashboards.shared import data_queries
from dashboards.shared.sql import saved_queries
from ingestion.lakehouse.settings import PROJECT_ROOT

ECHO = "select $number::bigint as number, count(*) as cycles from telemetry.cycles"


def test_sessions_that_ask_at_once_get_their_own_rows(released: Path) -> None:
    shown = release.current_release()

    def ask(number: int) -> bool:
        rows = release.query(shown, ECHO, number=number).to_pylist()
        return rows == [{"number": number, "cycles": 160}]

    with ThreadPoolExecutor(8) as sessions:
        assert all(sessions.map(ask, range(400)))


def test_what_was_asked_before_is_not_asked_again(
    released: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = release.current_release()
    first = release.query(shown, ECHO, number=1)
    monkeypatch.setattr(release, "_connection", None)  # whoever asks the file now fails
    assert release.query(shown, ECHO, number=1).equals(first)


def test_a_whole_table_is_read_when_asked_for(released: Path) -> None:
    read = release.whole_table(release.current_release(), data_queries.WHOLE, "telemetry.cycles")
    assert len(read()) == 160


def test_a_release_somebody_still_reads_is_opened_again(released: Path) -> None:
    read = release.whole_table(release.current_release(), data_queries.WHOLE, "telemetry.cycles")
    st.cache_resource.clear()  # what happens to the oldest of several releases
    st.cache_data.clear()
    assert release.current_release().release_id == "7"
    assert len(read()) == 160


def test_a_page_cannot_write_to_the_release(released: Path) -> None:
    with pytest.raises(duckdb.Error):
        release.query(release.current_release(), "update telemetry.cycles set is_valid = false")


@pytest.mark.parametrize(
    "path",
    sorted((PROJECT_ROOT / "dbt_project" / "analyses").rglob("*.sql")),
    ids=lambda path: path.stem,
)
def test_a_saved_query_runs_as_it_is(released: Path, path: Path) -> None:
    saved = saved_queries()
    text = saved[path.stem.replace("_", " ").capitalize()]
    assert release.console_rows(release.current_release(), text).num_columns > 0

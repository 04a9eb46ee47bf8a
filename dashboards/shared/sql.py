"""SQL page: one SELECT at a time on the release, beside its tables, saved and earlier queries."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import streamlit as st

from dashboards.parts.page import guarded
from dashboards.parts.release import CONSOLE_ROW_LIMIT, Release, console_rows
from dashboards.parts.tables import table
from dashboards.parts.text import count, duration
from dashboards.shared import sql_browser
from dashboards.shared.sql_metrics import show_metrics
from ingestion.lakehouse.settings import PROJECT_ROOT
from ingestion.landing.products import PRODUCTS
from python_models.release.console import QueryStopped
from python_models.release.reader import StatementRefused

ANALYSES = PROJECT_ROOT / "dbt_project" / "analyses"
FIRST_QUERY = next(
    (product.first_query for product in PRODUCTS.values() if product.first_query),
    "select * from ops.releases order by created_at desc",
)
OWN = "Your own"
MOST_CHARACTERS = 20_000


def show(release: Release) -> None:
    """Show the console; what is typed runs when it was sent, and only when it is a SELECT."""
    saved = saved_queries()
    left, right = st.columns([1, 3], gap="medium")
    with left:
        tables, metrics, queries, sent = st.tabs(
            ["Tables", "Metrics", "Saved queries", "History"], key="beside"
        )
        with tables, guarded("Tables"):
            sql_browser.show_tables(release)
        with metrics, guarded("Metrics"):
            show_metrics(release)
        with queries, st.container(height=420):
            st.radio("Saved queries", [OWN, *saved], key="saved", on_change=_load, args=(saved,))
        with sent:
            sql_browser.show_history()
    with right, st.form("console", border=False, enter_to_submit=False):
        text = st.text_area(
            "SELECT",
            FIRST_QUERY,
            key="query",
            height=260,
            max_chars=MOST_CHARACTERS,
            bind="query-params",
        )
        is_sent = st.form_submit_button(
            "Run", type="primary", icon=":material/play_arrow:", on_click=sql_browser.keep
        )
    # a link fills the box and no more: whoever made it must not spend this machine's time
    if is_sent:
        st.session_state["console_answer"] = (release.path, _answer(release, text or ""))
    path, answer = st.session_state.get("console_answer", (None, None))
    if answer is not None and path == release.path:
        _show(answer)


def _load(saved: dict[str, str]) -> None:
    st.session_state["query"] = saved.get(st.session_state["saved"], st.session_state["query"])


@dataclass(frozen=True)
class Answer:
    """What a query gave, kept for the session: sorting or downloading asks nothing again."""

    seconds: float
    rows: pa.Table | None = None
    problem: Exception | None = None


def _answer(release: Release, text: str) -> Answer:
    began = time.perf_counter()
    try:
        rows = console_rows(release, text)
    except (StatementRefused, QueryStopped, duckdb.Error, OSError) as problem:
        return Answer(time.perf_counter() - began, problem=problem)
    return Answer(time.perf_counter() - began, rows)


def _show(answer: Answer) -> None:
    if isinstance(answer.problem, StatementRefused):
        st.warning(str(answer.problem), icon=":material/block:")
    elif isinstance(answer.problem, QueryStopped):
        st.error(str(answer.problem), icon=":material/timer_off:")
    elif answer.problem is not None:
        st.error("DuckDB could not run this.", icon=":material/error:")
        st.code(str(answer.problem), language=None, wrap_lines=True)
    if answer.rows is None:
        return
    rows = answer.rows
    if len(rows) > CONSOLE_ROW_LIMIT:
        rows = rows.slice(0, CONSOLE_ROW_LIMIT)
        st.caption(f"The first {count(CONSOLE_ROW_LIMIT)} rows; `make sql` gives all of them.")
    st.caption(f"{duration(answer.seconds)}")
    shown, drawn = st.tabs(["Rows", "Chart"], key="result_as", on_change="rerun")
    with shown:
        table(rows, "result")
    if drawn.open:
        with drawn:
            sql_browser.show_chart(rows)


@st.cache_data(ttl=30, show_spinner=False)
def saved_queries(folder: Path = ANALYSES) -> dict[str, str]:
    """Return name and text of each saved query that runs as it is."""
    found = {}
    for path in sorted(folder.rglob("*.sql")):
        text = path.read_text(encoding="utf-8")
        if "{{" not in text and "{%" not in text:
            found[path.stem.replace("_", " ").capitalize()] = text.strip().rstrip(";")
    return found

"""LLM page: what it cost, what the cache saved, and every call down to its prompt."""

from __future__ import annotations

from typing import Literal

import altair as alt
import pyarrow as pa
import streamlit as st

from dashboards.parts import charts
from dashboards.parts.figures import show_figures
from dashboards.parts.page import asking, empty, guarded, part
from dashboards.parts.release import Release
from dashboards.parts.tables import in_words, picked, table
from dashboards.parts.text import capital, count, percent, usd
from dashboards.shared import llm_call, llm_prompts
from dashboards.shared import llm_queries as queries
from ingestion.lakehouse.settings import settings

URL: Literal["query-params"] = "query-params"
# what is counted: the column asked for and the column the cache saved
MEASURES = {
    "USD": ("usd", "saved_usd"),
    "Tokens": ("tokens", "saved_tokens"),
    "Calls": ("calls", "cached"),
}
CALL_COLUMNS = {
    "asked_at": st.column_config.DatetimeColumn("Asked (UTC)", format="YYYY-MM-DD HH:mm:ss"),
    "node": "Node",
    "prompt_template": "Template",
    "row_key": "Key",
    "status": "Status",
    "model": "Model",
    "provider": "Provider",
    "prompt_tokens": st.column_config.NumberColumn("Tokens in", format="localized"),
    "completion_tokens": st.column_config.NumberColumn("Tokens out", format="localized"),
    "cost_usd": st.column_config.NumberColumn("USD", format="$%.5f"),
    "seconds": st.column_config.NumberColumn("Seconds", format="%.2f"),
    "attempts": st.column_config.NumberColumn("Attempts", format="%d"),
    "error": "Error",
    "call_id": "Call",
}
COST_COLUMNS = {
    "cost_date": st.column_config.DateColumn("Day", format="YYYY-MM-DD"),
    "product": "Product",
    "step": "Step",
    "model": "Model",
    "calls": st.column_config.NumberColumn("Calls", format="localized"),
    "cached": st.column_config.NumberColumn("From cache", format="localized"),
    "prompt_tokens": st.column_config.NumberColumn("Tokens in", format="localized"),
    "completion_tokens": st.column_config.NumberColumn("Tokens out", format="localized"),
    "tokens": None,
    "saved_tokens": st.column_config.NumberColumn("Saved tokens", format="localized"),
    "usd": st.column_config.NumberColumn("USD", format="$%.4f"),
    "saved_usd": st.column_config.NumberColumn("Saved USD", format="$%.4f"),
}


def show(release: Release) -> None:
    """Show the headline, then calls, cost or prompts."""
    with guarded("The headline"):
        _headline(release)
    sections = {"Calls": _calls, "Cost": _cost, "Prompts": llm_prompts.show}
    tabs = st.tabs(list(sections), key="view", on_change="rerun", bind=URL)
    for tab, (name, section) in zip(tabs, sections.items(), strict=True):
        if tab.open:
            with tab, guarded(name):
                section(release)


def _headline(release: Release) -> None:
    ask = asking(release)
    row, saved = ask(queries.HEADLINE).to_pylist()[0], ask(queries.SAVED).to_pylist()[0]
    if row["offline_count"]:
        whose = "All" if row["offline_count"] == row["call_count"] else count(row["offline_count"])
        st.warning(
            f"**{whose} answers come from the embedded offline rules: no model was asked.** "
            "Set LLM_BASE_URL, LLM_API_KEY and LLM_MODEL to have a model asked.",
            icon=":material/wifi_off:",
        )
    figures = {
        "Calls": (count(row["call_count"]), f"{count(row['good_count'])} with a usable answer"),
        "Spent": (usd(row["cost_usd"] or 0.0), "whole ledger"),
        "Tokens": (
            count((row["prompt_tokens"] or 0) + (row["completion_tokens"] or 0)),
            f"{count(row['completion_tokens'] or 0)} of them answers",
        ),
        "From cache": (
            percent(saved["reuse_share"]),
            f"{count(saved['cached'])} answers, saved {usd(saved['saved_usd'])}",
        ),
    }
    show_figures(figures)


def _calls(release: Release) -> None:
    ask = asking(release)
    boxes = st.columns([2, 2, 2, 2])
    chosen = {
        name: boxes[place].multiselect(
            label,
            ask(sql).column(0).to_pylist(),
            placeholder="All",
            key=name,
            bind=URL,
        )
        for place, (name, label, sql) in enumerate(
            (
                ("nodes", "Node", queries.NODES),
                ("templates", "Template", queries.TEMPLATES),
                ("statuses", "Status", queries.STATUSES),
            )
        )
    }
    key = boxes[3].text_input(
        "Key or call id",
        max_chars=200,
        placeholder="part of a key",
        key="call",
        bind=URL,
    )
    calls = ask(queries.CALLS, **chosen, key=(key or "").strip())
    if not len(calls):
        empty("No call matches.", "Clear a filter, or run a step that asks.")
        return
    call = picked(calls, "calls", CALL_COLUMNS)
    if call:
        llm_call.show(release, call["call_id"])


def _cost(release: Release) -> None:
    costs = in_words(asking(release)(queries.COSTS), "product", "step")
    if not len(costs):
        empty("Nothing was asked yet.")
        return
    with st.container(horizontal=True, gap="large"):
        free = not any(costs["usd"].to_pylist())
        measure = _choice("Measure", list(MEASURES), "Calls" if free else "USD", "measure")
        by = _choice("By", ["product", "step", "model"], "product", "by")
    spent, saved = MEASURES[measure]
    budget = settings().llm_budget_usd if measure == "USD" else None
    part(f"Asked, {measure} per day")
    _bars(costs, spent, by, measure, budget)
    if budget is not None:
        st.caption(f"The line is the budget of one run, {usd(budget)}.".replace("$", "\\$"))
    part(f"Saved by the cache, {measure} per day")
    _bars(costs, saved, by, measure, None)
    table(costs, "costs", COST_COLUMNS)


def _bars(costs: pa.Table, column: str, by: str, measure: str, budget: float | None) -> None:
    if not any(costs[column].to_pylist()):
        none = {"USD": "No money", "Tokens": "No token", "Calls": "No call"}[measure]
        empty(f"{none} was {'saved' if 'saved' in column or column == 'cached' else 'spent'} yet.")
        return
    chart: alt.Chart | alt.LayerChart = charts.daily_bars(costs, "cost_date", column, by, measure)
    if budget is not None:
        chart = alt.LayerChart(layer=[chart, charts.limit_line(budget, "Budget of one run")])
    st.altair_chart(chart, key=f"bars_{column}")


def _choice(label: str, options: list[str], default: str, key: str) -> str:
    return st.segmented_control(
        label, options, default=default, required=True, format_func=capital, key=key, bind=URL
    )

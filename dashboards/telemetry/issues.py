"""From an issue to its cycles, to the evidence, to the assessment and its evaluation."""

from __future__ import annotations

from typing import Any, Literal

import pyarrow.compute as pc
import streamlit as st

from dashboards.parts.links import link_to
from dashboards.parts.page import asking, empty, part
from dashboards.parts.release import Release
from dashboards.parts.tables import in_words, picked, worded
from dashboards.parts.text import escaped, facts, paragraphs, percent, quantity, usd, words
from dashboards.telemetry import issue_queries as queries
from dashboards.telemetry import queries as cycle_queries
from dashboards.telemetry.baseline import cycle_on_band
from dashboards.telemetry.charts import Metric
from dashboards.telemetry.filters import Filters
from dashboards.telemetry.wording import in_plain_words, measure_words

COLUMNS = {
    "issue_date": st.column_config.DateColumn("Day", format="YYYY-MM-DD"),
    "control_id": "Control",
    "rule": "Rule",
    "severity": "Severity",
    "stage": "Stage",
    "value": st.column_config.NumberColumn("Value", format="%.4g"),
    "limit_value": st.column_config.NumberColumn("Limit", format="%.4g"),
    "unit": "Unit",
    "cycle_count": st.column_config.NumberColumn("Cycles", format="%d"),
    "first_seen_at": st.column_config.DatetimeColumn("First seen (UTC)", format="YYYY-MM-DD HH:mm"),
    "last_seen_at": st.column_config.DatetimeColumn("Last seen (UTC)", format="YYYY-MM-DD HH:mm"),
    "issue_id": None,
    "cycle_ids": None,
}
CYCLE_COLUMNS = {
    "started_at": st.column_config.DatetimeColumn("Started (UTC)", format="YYYY-MM-DD HH:mm"),
    "cycle_id": "Cycle",
    "duration_s": st.column_config.NumberColumn("Seconds", format="%.0f"),
    "energy_wh": st.column_config.NumberColumn("Energy (Wh)", format="%.1f"),
    "mean_power_w": st.column_config.NumberColumn("Mean power (W)", format="%.1f"),
    "max_power_w": st.column_config.NumberColumn("Max power (W)", format="%.1f"),
    "max_temperature_c": st.column_config.NumberColumn("Max temp. (°C)", format="%.1f"),
    "missing_share": st.column_config.NumberColumn("Missing", format="percent"),
    "is_valid": "Valid",
    "worst_stage": "Worst stage",
    "worst_metric": "Worst metric",
    "worst_z": st.column_config.NumberColumn("Worst z", format="%.1f"),
}
SEVERITIES = ["critical", "high", "medium", "low"]
Color = Literal["green", "orange", "gray", "red"]
SEVERITY_COLORS: dict[str, Color] = {"critical": "red", "high": "orange"}
REVIEW_COLORS: dict[str, Color] = {
    "accepted": "green",
    "needs_review": "orange",
    "pending": "gray",
    "failed": "red",
}


def show(release: Release, filters: Filters) -> None:
    """Show the list, then one issue of it all the way down."""
    ask = asking(release)
    left, right = st.columns([1, 2], vertical_alignment="bottom")
    with left:
        severities = st.pills(
            "Severity",
            SEVERITIES,
            selection_mode="multi",
            format_func=words,
            key="severity",
            bind="query-params",
        )
    with right:
        rules = st.multiselect(
            "Rule",
            ask(queries.RULES)["rule"].to_pylist(),
            format_func=words,
            placeholder="All rules",
            key="rule",
            bind="query-params",
        )
    issues = ask(queries.ISSUES, **filters.bound(), severities=severities or [], rules=rules)
    if not len(issues):
        empty("No issue matches.", "Choose other days, controls, severities or rules.")
        return
    said = in_words(issues, "rule", "severity", "stage")
    picked_issue = picked(said, "issues", COLUMNS)
    if picked_issue:
        is_it = pc.equal(issues["issue_id"], picked_issue["issue_id"])
        _one_issue(release, issues.filter(is_it).to_pylist()[0])


def _one_issue(release: Release, issue: dict[str, Any]) -> None:
    ask = asking(release)
    part(f"{escaped(words(issue['rule']))} on {escaped(issue['control_id'])}")
    value = quantity(issue["value"], issue["unit"] or "")
    limit = quantity(issue["limit_value"], issue["unit"] or "")
    st.html(
        facts(
            {
                "Severity": words(issue["severity"]),
                "Measured": f"{value} against a limit of {limit}",
                "Stage": words(issue["stage"]),
                "Seen": f"{issue['first_seen_at']:%Y-%m-%d %H:%M} to "
                f"{issue['last_seen_at']:%Y-%m-%d %H:%M} UTC",
            }
        )
    )
    _assessment(release, issue)
    cycles = ask(queries.ISSUE_CYCLES, issue_id=issue["issue_id"])
    if not len(cycles):
        empty("The issue names no cycle of this release.")
        return
    part("Evidence: its cycles", "Select a cycle to see its curve on the band of the earlier ones.")
    said = worded(in_words(cycles, "worst_stage"), "worst_metric", measure_words)
    cycle = picked(said, "issue_cycles", CYCLE_COLUMNS)
    if cycle is None:
        return
    rows = ask(cycle_queries.CYCLE, cycle_id=cycle["cycle_id"]).to_pylist()
    if rows:
        variance = ask(cycle_queries.CYCLE_CLASS, cycle_id=cycle["cycle_id"]).to_pylist()[0]
        metric: Metric = "temperature" if "temperature" in issue["rule"] else "power"
        cycle_on_band(release, rows[0] | variance, metric)


def _assessment(release: Release, issue: dict[str, Any]) -> None:
    ask = asking(release)
    key = {"control_id": issue["control_id"], "date": issue["issue_date"]}
    found = ask(queries.ASSESSMENT, **key).to_pylist()
    part("Assessment of this control's day")
    if not found or found[0]["status"] == "pending":
        empty("Not assessed yet.", "The next run asks for it when the budget allows.")
        return
    row = found[0]
    names = ask(queries.NAMES)["name"].to_pylist()
    for text in ("summary", "likely_cause", "recommended_action", "error"):
        row[text] = in_plain_words(row[text], names)
    with st.container(border=True):
        with st.container(horizontal=True):
            st.badge(
                escaped(words(row["review_status"])),
                color=REVIEW_COLORS.get(row["review_status"], "gray"),
            )
            if row["severity"]:
                color = SEVERITY_COLORS.get(row["severity"], "gray")
                st.badge(f"Severity {escaped(row['severity'])}", color=color)
            if row["provider"] == "offline-rules":
                st.badge("Offline rules, no model", color="violet", icon=":material/wifi_off:")
        if row["error"]:
            st.html(paragraphs(row["error"], "color:light-dark(#B42318, #FF9C8F)"))
        st.html(paragraphs(row["summary"], "font-size:1.02rem"))
        cited = ", ".join(row["cited_cycle_ids"] or [])
        st.html(
            facts(
                {
                    "Likely cause": row["likely_cause"],
                    "What to do": row["recommended_action"],
                    "Confidence": percent(row["confidence"]),
                    "Cites": cited,
                    "Asked": f"{row['model']} ({row['provider']}), {usd(row['cost_usd'])}",
                }
            )
        )
        _evaluation(ask(queries.EVALUATION, **key).to_pylist())
        link_to("llm", "The prompt and the answer as it came", call=row["call_id"])


def _evaluation(found: list[dict[str, Any]]) -> None:
    if not found:
        st.caption("No second judgement yet.")
        return
    row = found[0]
    st.html(
        facts(
            {
                "Second judgement": f"faithfulness {row['faithfulness']}, completeness "
                f"{row['completeness']}, actionability {row['actionability']} of 5: "
                + ("passed" if row["is_passed"] else "not passed"),
                "Because": row["reason"] or row["error"],
            }
        )
    )

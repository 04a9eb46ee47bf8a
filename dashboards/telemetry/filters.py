"""What is filtered for on the telemetry page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import streamlit as st

from dashboards.parts.page import asking
from dashboards.parts.release import Release
from dashboards.telemetry import issue_queries as issue_queries
from dashboards.telemetry import queries as queries


@dataclass(frozen=True)
class Filters:
    """Days (both included) and controls; no control means all of them."""

    from_date: date
    to_date: date
    controls: tuple[str, ...]

    def bound(self) -> dict[str, Any]:
        """Return the filter as query parameters."""
        return {
            "from_date": self.from_date,
            "to_date": self.to_date,
            "controls": list(self.controls),
        }

    def days(self) -> dict[str, Any]:
        """Return the days alone as query parameters."""
        return {"from_date": self.from_date, "to_date": self.to_date}


def follow_link(release: Release) -> None:
    """Open what a link of a report points at: a cycle, or the issues of a day.

    Such a link names the cycle or the date alone; days and section follow from it, once.
    """
    cycle, day = st.query_params.get("cycle"), st.query_params.get("date")
    wanted = (cycle, day)
    if wanted == st.session_state.get("followed_link") or not (cycle or day):
        return
    st.session_state["followed_link"] = wanted
    if "view" in st.query_params:
        return
    try:
        found = date.fromisoformat(day) if day else _day_of(release, cycle)
    except ValueError:
        return
    if found:
        st.session_state["days"] = (found, found)
        st.session_state["view"] = "Issues" if day else "Baseline"
        rule = st.query_params.get("rule")
        if rule in asking(release)(issue_queries.RULES)["rule"].to_pylist():
            st.session_state["rule"] = [rule]


def _day_of(release: Release, cycle: str | None) -> date | None:
    rows = asking(release)(queries.CYCLE, cycle_id=cycle).to_pylist()
    return rows[0]["cycle_date"] if rows else None


def one_control(release: Release, filters: Filters, key: str) -> str | None:
    """Ask for one control among those filtered for; opens on the one furthest from its past."""
    known = asking(release)(queries.CONTROLS)["control_id"].to_pylist()
    shown = [control for control in known if not filters.controls or control in filters.controls]
    worst = asking(release)(queries.WORST_CONTROL, **filters.bound())["control_id"].to_pylist()
    index = shown.index(worst[0]) if worst and worst[0] in shown else 0
    return st.selectbox("Control", shown, index=index, key=key, bind="query-params")

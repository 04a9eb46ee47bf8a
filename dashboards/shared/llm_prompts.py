"""The versions of each prompt: what they cost and came to, and what one says otherwise."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any

import streamlit as st

from dashboards.parts.page import Ask, asking, empty, part
from dashboards.parts.release import Release
from dashboards.parts.tables import table
from dashboards.parts.text import diff_html, escaped, moment, some
from dashboards.shared import llm_queries as queries
from dashboards.shared.llm_call import messages_of

NUMBER = st.column_config.NumberColumn
COLUMNS = {
    "step": "Step",
    "prompt_template": "Prompt",
    "prompt_version": "Version",
    "model_count": NUMBER("Models", format="%d"),
    "calls": NUMBER("Calls", format="localized"),
    "good_share": NUMBER("Usable", format="percent"),
    "usd_per_call": NUMBER("USD a call", format="$%.5f"),
    "first_asked_at": st.column_config.DatetimeColumn("First (UTC)", format="YYYY-MM-DD HH:mm"),
    "last_asked_at": st.column_config.DatetimeColumn("Last (UTC)", format="YYYY-MM-DD HH:mm"),
    "prompt_hash": "Hash",
}
CONTEXT = 3  # lines around what differs


def show(release: Release) -> None:
    """Show all versions, and two of one prompt beside each other."""
    ask = asking(release)
    versions = ask(queries.PROMPT_VERSIONS)
    if not len(versions):
        empty("No prompt was asked yet.")
        return
    table(versions, "prompt_versions", COLUMNS)
    part("What a version says otherwise")
    by_prompt: dict[str, list[dict[str, Any]]] = {}
    for row in versions.to_pylist():
        by_prompt.setdefault(f"{row['step']}: {row['prompt_template']}", []).append(row)
    several = [name for name, rows in by_prompt.items() if len(rows) > 1]
    if not several:
        st.caption("Each prompt was asked in one version so far: there is nothing to compare.")
        return
    name = st.selectbox("Prompt", several, key="prompt", bind="query-params")
    rows = by_prompt[name if name in by_prompt else several[0]]
    left, right = st.columns(2)
    with left:
        older = _one_of("Before", rows, 1)
    with right:
        newer = _one_of("After", rows, 0)
    _difference(ask, older, newer)


def _one_of(label: str, rows: list[dict[str, Any]], index: int) -> dict[str, Any]:
    chosen: dict[str, Any] = st.selectbox(label, rows, index=index, format_func=_label)
    return chosen


def _label(row: dict[str, Any]) -> str:
    return f"{row['prompt_version']}, since {moment(row['first_asked_at'])}"


def _difference(ask: Ask, older: dict[str, Any], newer: dict[str, Any]) -> None:
    key = {"step": older["step"], "template": older["prompt_template"]}
    pair = ask(queries.PROMPT_PAIR, **key, a=older["prompt_hash"], b=newer["prompt_hash"])
    if len(pair):
        row = pair.to_pylist()[0]
        before, after = (lines_of(row[side]) for side in ("before", "after"))
        st.caption(f"As both asked about {escaped(row['row_key'])}.")
    else:
        before, after = (
            said_by_all(
                ask(queries.PROMPT_SAMPLES, **key, hash=side["prompt_hash"]).column(0).to_pylist()
            )
            for side in (older, newer)
        )
        st.caption("No row was asked about in both: these are the lines that all calls say.")
    found = difference(before, after)
    if not found:
        st.success("They say the same.", icon=":material/check_circle:")
        return
    changed = sum(line[:1] in "+-" for line in found)
    st.caption(f"{some(changed, 'line')} differ: - is before, + is after.")
    st.html(diff_html(found))


def lines_of(messages: str | None) -> list[str]:
    """Return the lines of a prompt, each message headed by its role."""
    return [
        line
        for role, content in messages_of(messages)
        for line in (f"[{role}]", *content.splitlines())
    ]


def said_by_all(calls: Sequence[str | None]) -> list[str]:
    """Return the lines of the first prompt that stand in all others: what the template says."""
    prompts = [lines_of(messages) for messages in calls]
    if not prompts:
        return []
    others = [set(lines) for lines in prompts[1:]]
    return [line for line in prompts[0] if all(line in other for other in others)]


def difference(before: Sequence[str], after: Sequence[str]) -> list[str]:
    """Return the lines that differ, with some around them; none when nothing does."""
    lines = difflib.unified_diff(before, after, lineterm="", n=CONTEXT)
    return [line for line in lines if not line.startswith(("--- ", "+++ ")) and line.strip()]

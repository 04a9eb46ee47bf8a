"""One call of the ledger: prompt, answer as it came, what was made of it, every attempt."""

from __future__ import annotations

import json
from typing import Any, Literal

import streamlit as st

from dashboards.parts.page import asking, part
from dashboards.parts.release import Release
from dashboards.parts.tables import table
from dashboards.parts.text import escaped, facts, paragraphs, usd, words
from dashboards.shared import llm_queries as queries

ATTEMPT_COLUMNS = {
    "attempt": st.column_config.NumberColumn("Attempt", format="%d"),
    "kind": "Kind",
    "state": "State",
    "http_status": st.column_config.NumberColumn("HTTP", format="%d"),
    "finish_reason": "Finished by",
    "error": "Error",
    "seconds": st.column_config.NumberColumn("Seconds", format="%.2f"),
    "asked_at": st.column_config.DatetimeColumn("Asked (UTC)", format="YYYY-MM-DD HH:mm:ss"),
}
Color = Literal["green", "blue", "gray", "red"]
COLORS: dict[str, Color] = {"ok": "green", "repaired": "blue", "pending": "gray"}


def show(release: Release, call_id: str) -> None:
    """Show a call; what a document or a model said is shown as text, never interpreted."""
    ask = asking(release)
    found = ask(queries.CALL, call_id=call_id).to_pylist()
    if not found:
        return
    call = found[0]
    with st.container(horizontal=True, vertical_alignment="center"):
        part(f"{escaped(call['prompt_template'])}, version {escaped(call['prompt_version'])}")
        st.badge(escaped(words(call["status"])), color=COLORS.get(call["status"], "red"))
    if call["error"]:
        st.html(paragraphs(call["error"], "color:light-dark(#B42318, #FF9C8F)"))
    left, right = st.columns([3, 2], gap="medium")
    with left:
        _prompt(call["input_messages"])
    with right:
        _answer(call)
    part("Attempts")
    table(ask(queries.ATTEMPTS, call_id=call_id), "attempts", ATTEMPT_COLUMNS)


def _prompt(messages: str | None) -> None:
    st.caption("Prompt")
    for role, content in messages_of(messages):
        with st.expander(escaped(words(role)), expanded=role != "system"):
            st.code(content, language=None, wrap_lines=True)


def _answer(call: dict[str, Any]) -> None:
    st.caption("Answer as it came")
    st.code(readable(call["raw_answer"]) or "–", language=None, wrap_lines=True)
    if call["parsed_answer"]:
        with st.expander("As parsed"):
            st.code(readable(call["parsed_answer"]), language=None, wrap_lines=True)
    tokens = f"{call['prompt_tokens'] or 0:,} in, {call['completion_tokens'] or 0:,} out"
    st.html(
        facts(
            {
                "Key": call["row_key"],
                "Node": call["node"],
                "Model": f"{call['response_model'] or call['model']} ({call['provider']})",
                "Cost": usd(call["cost_usd"]),
                "Tokens": tokens + (", estimated" if call["is_usage_estimated"] else ""),
                "Finished by": call["finish_reason"],
                "Asked": f"{call['asked_at']:%Y-%m-%d %H:%M:%S} UTC" if call["asked_at"] else None,
                "Prompt hash": call["prompt_hash"],
                "Call": call["call_id"],
            }
        )
    )


def messages_of(text: str | None) -> list[tuple[str, str]]:
    """Return role and text of each message; what is not a list of messages is shown as it is."""
    try:
        messages = json.loads(text or "[]")
        return [(str(item.get("role", "?")), content_of(item.get("content"))) for item in messages]
    except (ValueError, AttributeError, TypeError):
        return [("prompt", str(text))]


def content_of(content: Any) -> str:
    """Return a message's text, also where it comes in parts."""
    return (
        content if isinstance(content, str) else json.dumps(content, ensure_ascii=False, indent=2)
    )


def readable(text: str | None) -> str:
    """Return JSON indented, anything else as it is."""
    try:
        return json.dumps(json.loads(text or ""), ensure_ascii=False, indent=2)
    except ValueError:
        return str(text or "")

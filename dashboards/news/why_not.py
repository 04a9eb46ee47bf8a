"""A search: why is this not in the report? Names the phase, the reason and the numbers."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import streamlit as st

from dashboards.news import queries
from dashboards.news.report import link
from dashboards.parts.page import asking, empty
from dashboards.parts.release import Release
from dashboards.parts.tables import table
from dashboards.parts.text import capital, count, escaped, quantity

SAME_STORY = "same_story"
_SCORES = ("impact", "novelty", "credibility", "timeliness")
_KEYS = ("run_id", "article_id", "story_id", "dropped_because", "dropped_for", "passed", "score")


def show(release: Release, reports: dict[str, dict[str, Any]], run: str) -> None:
    """Ask for words of a title, an address or an id, and say of each match how far it came."""
    ask = asking(release)
    text = st.text_input(
        "Why is X not in it?",
        key="why",
        bind="query-params",
        placeholder="words of a title, a part of an address, an article's or a story's id",
    ).strip()
    if not text:
        st.caption("The answer names the phase an article came to, the reason, and the numbers.")
        return
    found = ask(queries.FOUND, run=run, text=text).to_pylist()
    invalid = {row["story_id"]: row for row in ask(queries.INVALID, run=run).to_pylist()}
    limits = ask(queries.LIMITS, run=run).to_pylist()[0]
    if not found:
        empty(
            "No article of this run has that in its title or address.",
            "It may have come before or after the run's window, or from no source of ours.",
        )
    for row in found:
        with st.container(border=True):
            phase, reason = verdict(row, invalid.get(row["story_id"]))
            st.markdown(f"**{link(row['title'], row['url'])}**")
            st.markdown(f"{escaped(phase)}: {escaped(reason)}")
            st.caption(escaped("; ".join([numbers(row), *beside(phase, reason, limits)])))
    if len(found) == 1:
        _signals(ask(queries.SIGNALS, run=run, article=found[0]["article_id"]).to_pylist())


def verdict(row: dict[str, Any], invalid: dict[str, Any] | None) -> tuple[str, str]:
    """Return the phase an article came to, and why it went no further."""
    if row["report_rank"] is not None:
        return "In the report", f"its story is item {row['report_rank']}"
    is_told = row["tier1_reason"] == SAME_STORY and row["tier2_passed"] is not None
    if is_told:  # what became of the story became of it
        phase, reason = verdict(row | {"tier1_passed": True, "tier1_reason": None}, invalid)
        return phase, f"{reason} (its story, as another article tells it: {row['dropped_for']})"
    if not row["tier1_passed"]:
        reason = _words(row["tier1_reason"]) or "its score is below the threshold"
        more = f" ({row['dropped_for']})" if row["dropped_for"] else ""
        return "Phase 3, tier1 filter", reason + more
    if row["tier2_passed"] is None:
        return "Phase 4, tier2 batch", "it has not been scored"
    if not row["tier2_passed"]:
        return "Phase 4, tier2 batch", _words(row["tier2_reason"]) or "below the threshold"
    if row["weighted_score"] is None:
        return "Phase 5, tier3 5d", "it was not assessed"
    if invalid is not None:
        detail = invalid.get("detail") or invalid.get("check_name")
        return "Phase 9, validation", f"its analysis did not stand: {_words(detail)}"
    return "Phase 6, ranking", _words(row["not_selected_because"]) or "others rank before it"


def numbers(row: dict[str, Any]) -> str:
    """Return the scores an article got, as far as it came."""
    facts = [f"tier-1 score {quantity(row['score'])} of 10"]
    if row["relevance"] is not None:
        facts.append(f"relevance {quantity(row['relevance'])} of 10")
    facts += [f"{name} {quantity(row[name])}" for name in _SCORES if row[name] is not None]
    if row["weighted_score"] is not None:
        facts.append(f"weighted {quantity(row['weighted_score'])}")
    if row["rank"] is not None:
        facts.append(f"rank {row['rank']}")
    return ", ".join(facts)


def beside(phase: str, reason: str, limits: dict[str, Any]) -> list[str]:
    """Return the numbers of what came further than an article that its scores stopped."""
    if reason.startswith("score") and limits["least_score"] is not None:
        return [f"what passed has {quantity(limits['least_score'])} or more"]
    if reason.startswith(("relevance", "beyond")) and limits["least_relevance"] is not None:
        least = quantity(limits["least_relevance"])
        passed = count(limits["assessed_count"])
        return [f"the {passed} that passed have a relevance of {least} or more"]
    if phase.startswith("Phase 6") and limits["least_weighted"] is not None:
        least = quantity(limits["least_weighted"])
        return [f"the {count(limits['selected_count'])} selected are weighted {least} or more"]
    return []


def _signals(rows: list[dict[str, Any]]) -> None:
    if rows:
        pairs = [
            {"signal": capital(name.replace("_", " ")), "value": str(value)}
            for name, value in rows[0].items()
            if name not in _KEYS and value is not None
        ]
        table(pa.Table.from_pylist(pairs), "news_signals", {"signal": "Signal", "value": "Value"})


def _words(reason: Any) -> str:
    return str(reason or "").replace("_", " ")

"""The news part of the synthetic release: two reports, from sources to items, with hostile text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import duckdb

from ingestion.landing.products import PRODUCTS
from tests.dashboards.hostile_text import HOSTILE
from tests.dashboards.mart_rows import Rows, write_marts

RUNS = ("run-1", "run-2")
FIRST = datetime(2026, 1, 2, 18)
HOSTS = ("wire.example", "paper.example", "blog.example")
IN_REPORT = 3  # of the stories, those that are told first
STORIES = 6
_PHASES = PRODUCTS["news"].phases


def write_news(connection: duckdb.DuckDBPyConnection, rows: bool) -> None:
    """Make the schema `news` in a release database; without rows every table is empty."""
    write_marts(connection, "news", all_rows() if rows else {})


def all_rows() -> dict[str, Rows]:
    """Return rows of the tables the page reads, for each of the runs."""
    found: dict[str, Rows] = {}
    for number, run in enumerate(RUNS):
        for table, record in _rows_of(run, FIRST + timedelta(days=number), number):
            found.setdefault(table, []).append(record)
    for table, key in (("articles", "article_id"), ("stories", "story_id")):
        found[table] = list({row[key]: row for row in found[table]}.values())
    pairs = {(row["story_id"], row["article_id"]): row for row in found["story_articles"]}
    found["story_articles"] = list(pairs.values())
    found["feedback"] = [
        {
            "article_id": "a-1-0",
            "rater": "ann",
            "rating": "up",
            "rated_at": FIRST,
            "run_id": "run-2",
        }
    ]
    return found


def _rows_of(run: str, as_of: datetime, shift: int) -> Iterator[tuple[str, dict[str, Any]]]:
    yield (
        "reports",
        {
            "run_id": run,
            "report": "daily",
            "as_of": as_of,
            "title": "Daily report",
            "markdown": f"# Report\n{HOSTILE}",
            "html": "<p>Report</p>",
            "json": "{}",
            "item_count": IN_REPORT,
            "missing_because": "one analysis did not stand" if shift else None,
        },
    )
    for number in range(1, STORIES + 1):
        story = f"s-{number + shift}"
        yield from _story(run, as_of, story, number)
    for number, name in enumerate(_PHASES, 1):
        yield (
            "funnel",
            {
                "run_id": run,
                "phase_number": number,
                "phase_name": name,
                "input_count": 100 - number,
                "output_count": 99 - number,
                "reasons": json.dumps({"language": 1}),
                "cost_usd": 0.01 * number,
            },
        )
    yield from _audits(run, shift)
    for host in HOSTS:
        bad = host == HOSTS[-1]
        yield (
            "source_health",
            {
                "run_id": run,
                "source": host.partition(".")[0],
                "status": "failed" if bad else "ok",
                "http_status": 503 if bad else 200,
                "error": f"503 {HOSTILE}" if bad else None,
                "item_count": 12,
                "new_count": 3,
                "seconds": 0.4,
                "last_good_at": as_of,
            },
        )


def _audits(run: str, shift: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give the newest run two dropped articles that were assessed, one of them lost."""
    for at in range(2 * shift):
        yield (
            "audits",
            {
                "run_id": run,
                "article_id": f"a-{STORIES + 1}-{at}",
                "dropped_phase": 3,
                "dropped_because": "language",
                "weighted_score": 8.5 - at,
                "is_lost": at == 0,
                "sample_count": 2,
                "dropped_count": 9,
                "lost_estimate": 4.5,
                "lost_low": 0.3,
                "lost_high": 8.7,
                "status": "ok",
            },
        )


def _story(
    run: str, as_of: datetime, story: str, number: int
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give a story of two articles: the further back, the earlier it is dropped."""
    lead = f"a-{story[2:]}-0"
    key = {"run_id": run, "story_id": story}
    times = {"published_at": as_of, "effective_at": as_of, "first_seen_at": as_of}
    for place, host in enumerate(HOSTS[:2]):
        article = f"a-{story[2:]}-{place}"
        url = f"https://{host}/{story}" if number != 2 else "javascript:alert(1)"
        title = f"Title of {story} {HOSTILE if number == 1 else ''}"
        yield "articles", {"article_id": article, "title": title, "url": url, "host": host} | times
        yield "story_articles", {"story_id": story, "article_id": article}
        passed = place == 0 and number < STORIES
        reason = "same_story" if place else None if passed else "language"
        yield (
            "tier1",
            key
            | {
                "article_id": article,
                "score": 9.5 - number,
                "passed": passed,
                "dropped_because": reason,
                "recency_signal": 0.5,
            },
        )
    yield (
        "stories",
        {
            "story_id": story,
            "lead_article_id": lead,
            "host_count": 2,
            "article_count": 2,
            "first_at": as_of,
            "last_at": as_of,
        },
    )
    if number == STORIES:
        return
    leads = key | {"lead_article_id": lead}
    is_told = number <= IN_REPORT
    yield "tier2", leads | {"relevance": 8.0, "category": "models", "passed": number < STORIES - 1}
    if number == STORIES - 1:
        return
    scales = dict.fromkeys(("impact", "novelty", "credibility", "relevance", "timeliness"), 7)
    yield "tier3", leads | scales
    reason = None if is_told else "cap_of_category"
    ranks = {"weighted_score": 8.0 - number, "rank": number, "selected": is_told}
    yield "ranking", key | ranks | {"not_selected_because": reason}
    if not is_told:
        return
    text = f"An analysis of {story}. {HOSTILE}"
    yield "analyses", key | {"text": text, "characters": len(text), "attempts": 1}
    yield "analysis_sentences", key | {"n": 1, "sentence": text, "passages": '["a1:1"]'}
    yield "article_costs", key | {"cost_usd": 0.002}
    yield (
        "report_items",
        key
        | {
            "rank": number,
            "score": 8.0 - number,
            "cost_usd": 0.002,
            "article_id": lead,
            "title": f"Title of {story} {HOSTILE if number == 1 else ''}",
            "url": "javascript:alert(1)" if number == 2 else f"https://{HOSTS[0]}/{story}",
            "host": HOSTS[0],
            "text": text,
            "why": '["recent", "many hosts"]',
            "update_of": "run-1" if number == 2 else None,
        },
    )

"""The files a report can be had as."""

from __future__ import annotations

import json
from datetime import datetime
from email import message_from_string, policy
from typing import Any

import feedparser

from python_models.news.report.files import reports_of
from python_models.news.report.items import safe_link, why

REPORT = {"title": "Daily", "top_n": 1, "recipients": ["a@one.test"]}
RUN = {
    "config": json.dumps({"report": REPORT}),
    "run_id": "r2",
    "report": "daily",
    "as_of": datetime(2026, 2, 3, 18),
}
EVIL = '<script>alert(1)</script> [x](javascript:alert(1)) & "so" *on* <img src=x onerror=y>'


def item(**fields: Any) -> dict[str, Any]:
    """Return an item of a report."""
    known = {
        "rank": 1,
        "story_id": "s",
        "article_id": "a",
        "title": "A title",
        "url": "https://one.test/a",
        "host": "one.test",
        "category": "models",
        "score": 7.25,
        "published_at": datetime(2026, 2, 3, 9),
        "update_of": None,
        "text": "One. Two.",
        "sentences": json.dumps(
            [{"text": "One.", "sources": [1]}, {"text": "Two.", "sources": [1, 2]}]
        ),
        "sources": json.dumps(
            [
                {"host": "one.test", "title": "A", "url": "https://one.test/a", "answered": True},
                {"host": "two.test", "title": "B", "url": None, "answered": False},
            ]
        ),
        "backgrounds": "[]",
        "disputed": json.dumps(
            [{"about": ["staff"], "figures": {"one.test": "5", "two.test": "7"}}]
        ),
        "why": json.dumps(["impact 9 of 10"]),
    }
    return known | fields


def made(items: list[dict[str, Any]], **fields: Any) -> dict[str, Any]:
    """Return the report's row."""
    told = {"missing": None, "is_offline": False, "cost_usd": 0.5, "earlier": []} | fields
    row: dict[str, Any] = reports_of(RUN, items=items, **told).to_pylist()[0]
    return row


def test_what_comes_from_elsewhere_is_escaped_in_every_file() -> None:
    row = made([item(title=EVIL, sentences=json.dumps([{"text": EVIL, "sources": [1]}]))])
    assert "<script" not in row["html"] and "<img" not in row["html"]
    assert "&lt;script&gt;" in row["html"]
    assert "<script" not in row["markdown"] and r"\[x\](javascript" in row["markdown"]
    assert "<script" not in row["atom"]
    parsed = message_from_string(row["eml"], policy=policy.default)
    assert "<script" not in parsed.get_body(("html",)).get_content()
    assert json.loads(row["json"])["items"][0]["title"] == EVIL


def test_only_addresses_of_the_web_become_links() -> None:
    assert safe_link("https://one.test/a") == "https://one.test/a"
    for address in (
        "javascript:alert(1)",
        " JavaScript:x",
        "data:text/html,x",
        "file:///etc",
        "",
        None,
    ):
        assert safe_link(address) is None
    row = made([item(url=None)])
    assert "## 1. A title" in row["markdown"]


def test_addresses_are_shown_without_what_follows_readers() -> None:
    for given, shown in (
        ("https://one.test/a?utm_source=feed&id=7&fbclid=x#comments", "https://one.test/a?id=7"),
        ("https://one.test/a?b=%20c&d", "https://one.test/a?b=%20c&d"),
        ("https://one.test/#!/a", "https://one.test/#!/a"),
    ):
        assert safe_link(given) == shown


def test_each_sentence_shows_what_it_rests_on() -> None:
    row = made([item()])
    assert r"One. \[1\] Two. \[1\]\[2\]" in row["markdown"]
    assert "1. one.test: [A](<https://one.test/a>)" in row["markdown"]
    assert "2. two.test: B (its page did not answer)" in row["markdown"]
    assert "**Disputed:** one.test says 5, two.test says 7 (staff)" in row["markdown"]


def test_a_report_that_has_fewer_items_says_so_and_an_offline_one_too() -> None:
    row = made([item()], missing="1 of 2 items: 2 stories got this far.", is_offline=True)
    for name in ("markdown", "html", "json"):
        assert "1 of 2 items" in row[name]
        assert "composed offline" in row[name]


def test_feeds_hold_all_reports_the_newest_first() -> None:
    before = made([item()])
    entries = json.loads(before["entries"])
    entries[0]["run_id"] = "r1"
    row = made([item()], earlier=[{"entries": json.dumps(entries)}])
    feed = json.loads(row["feed"])
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert [one["id"] for one in feed["items"]] == ["urn:sluice:news:r2", "urn:sluice:news:r1"]
    read = feedparser.parse(row["atom"])
    assert not read.bozo
    assert [one.id for one in read.entries] == ["urn:sluice:news:r2", "urn:sluice:news:r1"]


def test_the_e_mail_has_text_and_html_and_is_the_same_each_time() -> None:
    row = made([item()])
    assert row["eml"] == made([item()])["eml"]
    parsed = message_from_string(row["eml"], policy=policy.default)
    assert parsed["to"] == "a@one.test"
    assert parsed["subject"] == "Daily, 3 February 2026"
    assert "<h1>" in parsed.get_body(("html",)).get_content()


def test_the_text_of_the_e_mail_is_for_people_who_read_text() -> None:
    title = "A [new] model, and a title that is far longer than one line of an e-mail should be"
    eml = made([item(title=title)])["eml"]
    text = message_from_string(eml, policy=policy.default).get_body(("plain",)).get_content()
    text = text.replace("\r\n", "\n")
    assert text.startswith("Daily, 3 February 2026\n======================\n")
    assert "One. [1] Two. [1][2]" in text and "\\" not in text
    assert "one.test · models · 3 February 2026 · score 7.2" in text
    assert "    https://one.test/a\n" in text
    assert max(len(line) for line in text.splitlines()) <= 76


def test_the_best_three_signals_are_said_in_words() -> None:
    tier1 = {"host_count": 4, "corroboration_signal": 0.95,
             "topic_words": '["gpu", "gpus", "chips"]',
             "topic_signal": 1.0, "category": "models", "recency_signal": 0.1,
             "age_hours": 3.0}  # fmt: skip
    tier3 = {"impact": 9.0, "novelty": 2.0, "credibility": 3.0, "relevance": 4.0, "timeliness": 5.0}
    wanted = ["reported by 4 sites", "impact 9 of 10", "about models (gpu, chips)"]
    assert why(tier1, tier3) == wanted
    recent = tier1 | {"recency_signal": 1.25, "age_hours": 0.6, "host_count": 1}
    assert why(recent, tier3)[0] == "published 1 hour before this report"


def test_an_update_names_the_report_that_it_follows() -> None:
    entries = json.loads(made([item()])["entries"])
    entries[0] |= {"run_id": "r1", "title": "Daily, 2 February 2026"}
    earlier = [{"entries": json.dumps(entries)}]
    row = made([item(update_of="r1")], earlier=earlier)
    mail = message_from_string(row["eml"], policy=policy.default)
    text = mail.get_body(("plain",)).get_content()
    for said in (row["markdown"], row["html"], text):
        assert "Update of Daily, 2 February 2026" in said
    assert json.loads(row["json"])["items"][0]["update_of"] == "r1"


def test_what_answers_cost_is_no_matter_of_readers() -> None:
    row = made([item(), item(rank=2, story_id="t")])
    for name in ("markdown", "html", "eml", "feed", "atom"):
        assert "0.5" not in row[name] and "Items stand by score" in row[name].replace("=\n", "")
    assert json.loads(row["json"])["cost_usd"] == 0.5

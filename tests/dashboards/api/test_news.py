"""News over HTTP: the report of a day, why an article is not in it, and a reader's word."""

from __future__ import annotations

from ingestion.news import feedback
from tests.dashboards.api.conftest import Ask


def test_the_report_of_a_day_has_its_items_in_order(client: Ask) -> None:
    one = client()
    listed = one.get("news/reports").json()["rows"]
    assert [row["run_id"] for row in listed] == ["run-2", "run-1"]
    found = one.get("news/days/2026-01-02").json()
    assert found == one.get("news/reports/run-1").json()
    assert [item["rank"] for item in found["items"]] == [1, 2, 3]
    assert one.get("news/days/2026-01-09").status_code == 404
    assert one.get("news/days/yesterday").status_code == 422
    assert one.get("news/reports/none").status_code == 404
    phases = one.get("news/reports/run-1/funnel").json()["rows"]
    assert [row["phase_number"] for row in phases] == list(range(1, 11))
    assert client(tiers=("open",)).get("news/reports/run-1").status_code == 403


def test_it_is_said_why_an_article_fell_out(client: Ask) -> None:
    one = client()
    inside = one.get("news/reports/run-1/why", params={"text": "a-1-0"}).json()["articles"]
    assert [(found["phase"], found["reason"]) for found in inside] == [
        ("In the report", "its story is item 1")
    ]
    fell = one.get("news/reports/run-1/why", params={"text": "a-6-0"}).json()["articles"]
    assert (fell[0]["phase"], fell[0]["reason"]) == ("Phase 3, tier1 filter", "language")
    hostile = one.get("news/reports/run-1/why", params={"text": "' or 1=1 --"}).json()
    assert hostile["articles"] == []


def test_a_word_on_an_article_is_kept_once_in_the_name_of_the_key(client: Ask) -> None:
    one, key = client("read,write"), {"Idempotency-Key": "word"}
    sent = {"rating": "down", "note": "old"}
    first = one.post("news/a-1-0/rating", json=sent, headers=key)
    assert first.status_code == 201, first.text
    assert one.post("news/a-1-0/rating", json=sent, headers=key).json() == first.json()
    (kept,) = feedback.kept()
    assert (kept["article_id"], kept["rating"], kept["rater"]) == ("a-1-0", "down", "test")
    assert one.post("news/nothing/rating", json=sent).status_code == 404
    assert one.post("news/a-1-0/rating", json={"rating": "so-so"}).status_code == 422
    assert client("read").post("news/a-1-0/rating", json=sent).status_code == 403
    assert len(feedback.kept()) == 1

"""Texts are checked, mended once, checked again; the reserve moves up; counts and costs add up."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest

from python_models.news.analyses import analyses_of, checked_of
from python_models.news.questions import mended_rows
from python_models.news.report.costs import costs_of
from python_models.news.report.funnel import funnel_of
from python_models.news.report.items import Gathered, items_of, missing_because
from python_models.news.validation.stories import Told, validations_of
from tests.python_models.news.seeds import known, seed
from tests.python_models.news.told import stories

TEXTS = stories()
CALL = {"status": "ok", "error": None, "call_id": "c", "provider": "p", "model": "m",
        "prompt_tokens": 100, "completion_tokens": 20, "cost_usd": 0.01}  # fmt: skip


def evidence(number: int) -> list[dict[str, Any]]:
    """Return a story's passages as phase 5 keeps them."""
    told, _ = TEXTS[number]
    short, article = next(iter(told.articles.items()))
    return [
        {"run_id": "r", "story_id": f"s{number}", "place": place, "article_id": short,
         "passage_id": name, "passage_no": place, "is_lead": True, "title": article.title,
         "source": article.source, "host": article.host, "url": f"https://{article.host}/a",
         "dated": article.dated, "text": text}
        for place, (name, text) in enumerate(told.passages.items(), start=1)
    ]  # fmt: skip


def answer(number: int, change: tuple[str, str] = ("", "")) -> dict[str, Any]:
    """Return a faithful answer about a story, or one with a part of it exchanged."""
    _, sentences = TEXTS[number]
    said = [{"text": one.text.replace(*change) if change[0] else one.text,
             "passages": list(one.passages)} for one in sentences]  # fmt: skip
    # what the hand-written texts lack to the length that is asked for is said of their source
    size = len(" ".join(one["text"] for one in said))
    fill = "More of this stands in the article itself, which is cited here."
    while size < 500:
        said.append({"text": fill, "passages": said[0]["passages"]})
        size += 1 + len(fill)
    return {"story_id": f"s{number}", "sentences": said} | CALL


def checked(answers: list[dict[str, Any]], attempt: int = 1) -> list[dict[str, Any]]:
    shown = [row for number in range(len(TEXTS)) for row in evidence(number)]
    rows: list[dict[str, Any]] = checked_of(answers, shown, "en", known(), attempt).to_pylist()
    return rows


def ranking(count: int) -> list[dict[str, Any]]:
    return [
        {"run_id": "r", "story_id": f"s{number}", "rank": number + 1, "weighted_score": 5.0,
         "lead_article_id": evidence(number)[0]["article_id"], "lead_source": "x",
         "category": "models", "not_selected_because": None}
        for number in range(count)
    ]  # fmt: skip


def validated(analyses: list[dict[str, Any]]) -> list[dict[str, Any]]:
    shown = [row for number in range(len(TEXTS)) for row in evidence(number)]
    told = Told.of("en", known(), seed("news_hedges"), shown, [], [], [], [])
    rows: list[dict[str, Any]] = validations_of("r", analyses, told).to_pylist()
    return rows


def gathered(analyses: list[dict[str, Any]], validations: list[dict[str, Any]]) -> Gathered:
    shown = [row for number in range(len(TEXTS)) for row in evidence(number)]
    articles = [{"article_id": row["article_id"], "title": row["title"], "url": row["url"],
                 "host": row["host"],
                 "published_at": datetime(2026, 2, 3)} for row in shown]  # fmt: skip
    return Gathered.of({"ranking": ranking(len(analyses)), "analyses": analyses, "evidence": shown,
                        "validations": validations, "articles": articles})  # fmt: skip


def test_a_text_that_breaks_a_rule_is_asked_for_once_more_with_what_is_wrong() -> None:
    first = checked([answer(0), answer(1, ("30.5", "35.5"))])
    assert [row["passed"] for row in first] == [True, False]
    shown = evidence(0) + evidence(1)
    again = mended_rows({"config": "{}"}, first, ranking(2), shown).to_pylist()
    assert [row["story_id"] for row in again] == ["s1"]
    assert again[0]["written"] == first[1]["text"]
    assert again[0]["faults"] == ["number: sentence 1: not in the cited articles: €35.5 million"]
    mended = analyses_of("r", first, checked([answer(1)], 2)).to_pylist()
    assert [(row["attempts"], row["passed"]) for row in mended] == [(1, True), (2, True)]
    assert mended[1]["cost_usd"] == pytest.approx(0.02)
    failed = analyses_of("r", first, checked([answer(1, ("30.5", "36.5"))], 2)).to_pylist()
    assert failed[1]["dropped_because"] == "checks: number"


def test_the_reserve_moves_up_and_fewer_than_n_is_said() -> None:
    analyses = analyses_of("r", checked([answer(n) for n in range(4)]), []).to_pylist()
    analyses[1] |= {"passed": False, "dropped_because": "checks: number"}
    found = gathered(analyses, validated(analyses))
    items = items_of(found, 3).to_pylist()
    assert [(row["rank"], row["story_id"]) for row in items] == [(1, "s0"), (2, "s2"), (3, "s3")]
    assert missing_because(found, 3, 3) is None
    said = missing_because(found, 3, 4)
    assert said == "3 of 4 items: 4 stories got this far, left out were 1 (checks: number)."


def test_the_second_check_keeps_out_what_the_first_let_through() -> None:
    analyses = analyses_of("r", checked([answer(n) for n in range(3)]), []).to_pylist()
    analyses[2]["text"] = analyses[2]["text"].replace("91.4", "95.4")
    analyses[2]["sentences"] = analyses[2]["sentences"].replace("91.4", "95.4")
    found = gathered(analyses, validated(analyses))
    assert found.broken == {"s2": ["number"]}
    assert [row["story_id"] for row in items_of(found, 3).to_pylist()] == ["s0", "s1"]


def test_a_word_of_caution_may_not_be_lost() -> None:
    analyses = analyses_of("r", checked([answer(5)]), []).to_pylist()
    assert not [row for row in validated(analyses) if not row["is_valid"]]
    for name in ("text", "sentences"):
        analyses[0][name] = analyses[0][name].replace("; this is unconfirmed", "")
        analyses[0][name] = analyses[0][name].replace("is reported to have", "has")
    broken = [row["check_name"] for row in validated(analyses) if not row["is_valid"]]
    assert "caution" in broken


def test_figures_that_sources_give_differently_are_shown_and_none_is_chosen() -> None:
    analyses = analyses_of("r", checked([answer(0)]), []).to_pylist()
    other = evidence(0)[0] | {"host": "other.test", "article_id": "other", "passage_id": "other:1",
                              "place": 9, "is_lead": False}  # fmt: skip
    other["text"] = other["text"].replace("340 people", "430 people")
    told = Told.of("en", known(), [], evidence(0) + [other], [], [], [], [])
    rows = {row["check_name"]: row for row in validations_of("r", analyses, told).to_pylist()}
    assert rows["disputed"]["outcome"] == "noted"
    assert rows["disputed"]["is_valid"]
    figures = json.loads(rows["disputed"]["facts"])[0]["figures"]
    assert figures == {"other.test": "430", "tech-ledger.test": "340"}


def test_a_private_address_keeps_a_story_out() -> None:
    analyses = analyses_of("r", checked([answer(0)]), []).to_pylist()
    for address in ("http://169.254.169.254/x", "http://[::1]/", "javascript:alert(1)"):
        shown = [row | {"url": address} for row in evidence(0)]
        told = Told.of("en", known(), [], shown, [], [], [], [])
        broken = [r["check_name"] for r in validations_of("r", analyses, told).to_pylist()
                  if not r["is_valid"]]  # fmt: skip
        assert broken == ["private_address"], address


def test_a_page_that_did_not_answer_is_said_and_a_private_one_keeps_a_story_out() -> None:
    analyses = analyses_of("r", checked([answer(0)]), []).to_pylist()
    article = evidence(0)[0]["article_id"]
    for status, outcome, broken in (
        (None, "passed", []),
        ("ok", "passed", []),
        ("failed", "noted", []),
        ("disallowed", "noted", []),
        ("private_address", "noted", ["private_address"]),
    ):
        articles = [{"article_id": article, "page_status": status}]
        told = Told.of("en", known(), [], evidence(0), [], [], [], articles)
        rows = validations_of("r", analyses, told).to_pylist()
        assert [r["outcome"] for r in rows if r["check_name"] == "link"] == [outcome], status
        assert [r["check_name"] for r in rows if not r["is_valid"]] == broken
        item = items_of(gathered(analyses, rows), 1).to_pylist()
        if not broken:
            (source,) = json.loads(item[0]["sources"])
            assert source["answered"] is (outcome == "passed")


def test_a_sentence_without_a_citation_does_not_get_in() -> None:
    analyses = analyses_of("r", checked([answer(0)]), []).to_pylist()
    sentences = json.loads(analyses[0]["sentences"])
    sentences[1]["passages"] = ["unknown:1"]
    analyses[0]["sentences"] = json.dumps(sentences)
    item = items_of(gathered(analyses, []), 1).to_pylist()[0]
    assert sentences[1]["text"] not in item["text"]
    assert len(json.loads(item["sentences"])) == len(sentences) - 1


def test_the_cost_of_a_shared_call_is_split_by_what_each_story_took_of_it() -> None:
    tier2 = [{"story_id": "a", "shown_characters": 300} | CALL,
             {"story_id": "b", "shown_characters": 100} | CALL]  # fmt: skip
    tier3 = [{"story_id": "a"} | CALL | {"call_id": "d"}]
    named = [{"entity_id": "e", "story_ids": '["a", "b"]'}]
    rows = costs_of("r", tier2, tier3, [], named, [], [{"entity_id": "e"} | CALL]).to_pylist()
    of = {row["story_id"]: row for row in rows}
    assert of["a"]["tier2_usd"] == pytest.approx(0.0075)
    assert of["b"]["tier2_tokens"] == pytest.approx(30)
    assert sum(row["cost_usd"] for row in rows) == pytest.approx(0.03)


def test_what_comes_into_a_phase_gets_through_or_has_a_reason() -> None:
    analyses = analyses_of("r", checked([answer(n) for n in range(4)]), []).to_pylist()
    analyses[3] |= {"passed": False, "dropped_because": "checks: quote"}
    analyses[2]["sentences"] = analyses[2]["sentences"].replace("91.4", "95.4")
    found = gathered(analyses, validated(analyses))
    tier = [
        {"passed": True, "dropped_because": None, "cost_usd": 0.1, "call_id": n} for n in range(4)
    ]
    drop = {"passed": False, "dropped_because": "relevance", "cost_usd": 0.1, "call_id": 9}
    rows = {"sources_asked": [], "tier1": [*tier, drop, drop], "tier2": tier, "tier3": tier,
            "ranking": ranking(4), "analyses": analyses, "entities": [],
            "backgrounds": []}  # fmt: skip
    funnel = funnel_of("r", rows, found, 1).to_pylist()
    assert all(row["input_count"] == row["output_count"] + row["dropped_count"] for row in funnel)
    for one, after in zip(funnel[2:9], funnel[3:], strict=True):
        assert one["output_count"] == after["input_count"], after
    assert json.loads(funnel[6]["reasons"]) == {"checks: quote": 1}
    assert json.loads(funnel[8]["reasons"]) == {"checks again: number": 1}
    assert json.loads(funnel[9]["reasons"]) == {"reserve_not_needed": 1}

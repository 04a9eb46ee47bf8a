"""Search: its ranks are those of BM25, filters come first, and what it marks stands there."""

from __future__ import annotations

import dataclasses
import math
import random
import re
from datetime import datetime

import duckdb
import pytest

from ingestion.lakehouse.settings import PROJECT_ROOT
from python_models.knowledge.search.find import NotSearchable, asking, search
from python_models.knowledge.search.hits import Filters, folded, fused, marks_of
from python_models.release.release_macros import create_macros
from tests.python_models.knowledge.search.corpus import release_of, words_of

VOCABULARY = [f"word{number}" for number in range(300)]


def texts_made(count: int) -> list[str]:
    chance = random.Random(7)
    weights = [1 / (rank + 3) for rank in range(len(VOCABULARY))]
    return [
        " ".join(chance.choices(VOCABULARY, weights, k=chance.randint(5, 60))) for _ in range(count)
    ]


def exact_ranks(texts: list[str], question: str, k: int) -> list[int]:
    """Return the k best by BM25 (k1 1.2, b 0.75), all words scored for all texts."""
    split = [text.split() for text in texts]
    mean = sum(map(len, split)) / len(split)
    scores = [0.0] * len(texts)
    for term in set(question.split()):
        df = sum(term in words for words in split)
        if not df:
            continue
        idf = math.log(1 + (len(texts) - df + 0.5) / (df + 0.5))
        for place, words in enumerate(split):
            tf = words.count(term)
            scores[place] += idf * tf * 2.2 / (tf + 1.2 * (0.25 + 0.75 * len(words) / mean))
    return sorted((at for at in range(len(texts)) if scores[at] > 0),
                  key=lambda at: (-scores[at], at))[:k]  # fmt: skip


def test_the_ten_best_are_those_of_exact_bm25_on_nearly_every_question() -> None:
    texts = texts_made(400)
    release = release_of(("wiki", text) for text in texts)
    chance = random.Random(3)
    agreed = 0
    for _ in range(60):
        question = " ".join(chance.sample(VOCABULARY, 4))
        found = [int(hit.object_id) for hit in search(asking(release), question, 10)]
        agreed += set(found) == set(exact_ranks(texts, question, 10))
    assert agreed >= 0.98 * 60


def test_a_question_of_common_words_only_is_answered_too() -> None:
    release = release_of([("wiki", "the queue is full"), ("wiki", "the disk is full")])
    assert {hit.text for hit in search(asking(release), "is the")} == {
        "the queue is full", "the disk is full"
    }  # fmt: skip


def test_filters_are_applied_before_ranking_so_they_never_empty_a_result() -> None:
    texts = [("loud", "billing billing billing")] * 50 + [("quiet", "one word on billing here")]
    (hit,) = search(asking(release_of(texts)), "billing", 3, Filters(source="quiet"))
    assert hit.source == "quiet"


def test_times_and_tiers_are_filters_too() -> None:
    release = release_of([("wiki", "billing")], updated="2025-03-01")
    late, early = datetime(2025, 3, 2), datetime(2025, 2, 1)
    assert search(asking(release), "billing", filters=Filters(since=early, until=late))
    assert not search(asking(release), "billing", filters=Filters(since=late))
    assert not search(asking(release), "billing", filters=Filters(until=early))
    assert not search(asking(release), "billing", filters=Filters(tiers=("restricted",)))
    assert search(asking(release), "billing", filters=Filters(tiers=("open",)))


def test_a_version_that_was_replaced_is_not_found() -> None:
    release = release_of([("wiki", "billing")])
    release.execute("update knowledge.documents set is_current = false")
    assert not search(asking(release), "billing")


def test_words_are_folded_alike_in_texts_questions_and_marks() -> None:
    release = release_of([("wiki", "Der Café-Dienst läuft; 漢字も。 NBSP\u00a0here, don’t")])
    for question in ("cafe", "CAFÉ", "lauft", "字", "here", "dont't"):
        (hit,) = search(asking(release), question)
        assert hit.words
    (hit,) = search(asking(release), "cafe dienst")
    assert [hit.text[start:end] for start, end in marks_of(hit.text, hit.words)] == [
        "Café", "Dienst"
    ]  # fmt: skip


def test_the_build_folds_words_as_the_release_does() -> None:
    """The model that makes the postings and the macro have the same expression."""
    macro = (PROJECT_ROOT / "dbt_project/release_macros/knowledge/search_words.sql").read_text()
    model = (PROJECT_ROOT / "dbt_project/macros/portable/each_search_word.sql").read_text()
    (pattern,) = re.findall(r"'(\[.*?)'\n", macro)
    assert f"'{pattern}'" in model
    assert "strip_accents(lower(nfc_normalize(" in model and "strip_accents(lower(nfc_" in macro


@pytest.mark.parametrize("question", ["", "   ", "'; drop table x; --", "?!", "\x00", "%_"])
def test_odd_questions_give_nothing_and_break_nothing(question: str) -> None:
    assert search(asking(release_of([("wiki", "billing")])), question) == []


def test_a_snippet_is_a_part_of_the_document_with_the_words_marked_in_it() -> None:
    text = f"{'before ' * 200}the billing service{' after' * 200}"
    (hit,) = search(asking(release_of([("wiki", text)])), "billing")
    start, end, marks = hit.snippet
    assert end - start <= 320 and [text[a:b] for a, b in marks] == ["billing"]
    assert hit.shown(start, end) == text[start:end]


def test_a_release_without_a_corpus_says_how_to_make_one() -> None:
    with pytest.raises(NotSearchable, match="make run DOMAIN=knowledge"):
        search(asking(duckdb.connect()), "billing")


def test_places_are_fused_by_weight_and_a_list_of_no_weight_says_nothing() -> None:
    words, vectors = ["a", "b", "c"], ["c", "d"]
    assert [name for name, _ in fused([(1, words), (0, vectors)], 10)] == words
    assert fused([(1, words), (1, vectors)], 10)[0][0] == "c"
    assert len(fused([(1, words), (1, vectors)], 2)) == 2


def test_words_of_a_name_are_found_one_by_one() -> None:
    release = release_of([])
    assert words_of(release, "billing-api_v2 INC-42") == ["billing", "api", "v2", "inc", "42"]
    assert folded("É") == "e"


def test_a_search_as_of_a_day_finds_the_versions_in_force_then() -> None:
    release = release_of([("wiki", "Harbour owns billing"), ("wiki", "Atlas owns billing now")])
    release.execute(
        "create table knowledge.corpus_members (object_id varchar, version varchar,"
        " known_from timestamp, known_to timestamp);"
        "insert into knowledge.corpus_members values"
        " ('0000', '1', '2025-01-10', '2025-02-10'), ('0001', '1', '2025-02-10', null);"
        "update knowledge.documents set is_current = object_id = '0001'"
    )
    create_macros(release)

    def found(day: str) -> list[str]:
        asked = Filters(as_of=datetime.fromisoformat(day))
        return [hit.object_id for hit in search(asking(release), "Who owns billing?", 10, asked)]

    assert [found(day) for day in ("2025-01-09", "2025-01-10", "2025-02-09", "2025-02-10")] == [
        [], ["0000"], ["0000"], ["0001"]
    ]  # fmt: skip
    other = Filters(as_of=datetime(2025, 3, 1), source="chat")
    assert search(asking(release), "billing", 10, other) == []


def test_a_search_as_of_now_ranks_as_a_search_does() -> None:
    release = release_of(("wiki", text) for text in texts_made(80))
    release.execute(
        "create table knowledge.corpus_members as select object_id, version,"
        " timestamp '2025-01-01' as known_from, null::timestamp as known_to"
        " from knowledge.documents"
    )
    create_macros(release)
    for words in ("word1 word40 word7", "word200", "word3 word4"):
        today = search(asking(release), words, 10, Filters(as_of=datetime(2026, 1, 1)))
        plain = search(asking(release), words, 10)
        assert [(hit.chunk_id, round(hit.score, 6)) for hit in today] == [
            (hit.chunk_id, round(hit.score, 6)) for hit in plain
        ]
        assert today == [dataclasses.replace(one, score=two.score)
                         for one, two in zip(plain, today, strict=True)]  # fmt: skip

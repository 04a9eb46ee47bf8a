"""Prose about a text leaves its score; what speaks of the judging or quotes does not."""

from __future__ import annotations

import pytest

from python_models.experiments.scores import Parsed, parse
from python_models.experiments.scores.numbers import skeleton
from python_models.experiments.scores.prose import is_prose, sets_a_condition


@pytest.mark.parametrize(
    "sentence",
    [
        "the analogy between beekeeping and jazz is never quite explained",
        "die gegenüberstellung von gletschern und archiven überrascht",
        "la idea central es atractiva, pero el desarrollo se queda en la superficie",
        "着眼点は面白いものの、掘り下げが足りません",
    ],
)
def test_a_sentence_about_the_text_is_prose_whatever_its_other_words(sentence: str) -> None:
    assert is_prose(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "the argument for this score is in the third paragraph",
        "an earlier grader was convinced by the structure of the argument",
        "bislang habe ich nur die einleitung des aufsatzes gelesen",
        "la structure avait convaincu un correcteur antérieur de la copie",
        "还没有读完文章的结尾，目前只看了结构",
        "the committee met on a rainy monday in the old town hall",  # tells nothing of a text
        "clear structure",  # may be what alone was scored
    ],
)
def test_what_may_mean_the_score_is_none(sentence: str) -> None:
    assert not is_prose(sentence)


def test_a_concession_is_no_condition() -> None:
    assert sets_a_condition(", if the ending of the essay is mended")
    assert not sets_a_condition(", even if the ending of the essay is weak")


def test_a_remark_behind_a_dash_is_read_and_a_part_alone_is_not() -> None:
    remark = "Score: 7/10 - a thoughtful essay that could use a more concrete scene."
    assert isinstance(parse(remark, "complex"), Parsed)
    assert not isinstance(parse("Score: 7/10 - structure", "complex"), Parsed)


def test_politeness_hides_no_doubt_before_it() -> None:
    doubted = "Score: 8/10. Not sure about it, let me know."
    assert not isinstance(parse(doubted, "complex"), Parsed)
    polite = "Score: 8/10. Please let me know if you want a longer review."
    assert isinstance(parse(polite, "complex"), Parsed)


@pytest.mark.parametrize(
    ("sentence", "is_counted"),
    [
        ("the essay links two halves of its argument", True),
        ("the essay falls in its structure, six because of that", False),
        ("the structure is strong, nine even", False),
    ],
)
def test_a_number_word_before_what_it_cannot_count_is_a_score(
    sentence: str, is_counted: bool
) -> None:
    told = skeleton(sentence).text
    assert is_prose(told) is is_counted

"""A score is the one a person reads in the answer, or there is none."""

from __future__ import annotations

import re
import string
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from python_models.experiments.scores import PARSERS, Parsed, ScoreError, parse
from tests.python_models.experiments.scores.answers import (
    ANSWERS,
    DOUBTFUL,
    OF_A_PARSER,
    PLAIN,
    Answer,
)
from tests.python_models.experiments.scores.more_answers import NOT_READ, READ, READ_OR_NOT
from tests.python_models.experiments.scores.unseen_answers import EXACT, NUMBER_OR_ERROR, Unseen


def _name(answer: Answer | Unseen) -> str:
    return f"{answer.parser}:{answer.text[:40]!r}"


@pytest.mark.parametrize("answer", ANSWERS, ids=_name)
def test_an_answer_gives_its_score_or_its_error(answer: Answer) -> None:
    found = parse(answer.text, answer.parser, answer.scale)
    if isinstance(answer.expected, str):
        assert isinstance(found, ScoreError)
        assert found.reason == answer.expected
        return
    assert isinstance(found, Parsed), found
    scores = (found.score, found.second_score) if answer.parser == "pair" else found.score
    assert scores == pytest.approx(answer.expected, abs=1e-12)


@pytest.mark.parametrize("parser", ["in_last_line", "complex"])
def test_unseen_answers_never_give_another_number(parser: str) -> None:
    found = {text: parse(text, parser) for text, _ in READ}
    assert {t: one.score for t, one in found.items() if isinstance(one, Parsed)} == dict(READ)
    given = [text for text in NOT_READ if isinstance(parse(text, parser), Parsed)]
    assert given == []
    for text, score in READ_OR_NOT:
        one = parse(text, parser)
        assert isinstance(one, ScoreError) or one.score == pytest.approx(score), text


def test_the_list_is_long_enough_to_mean_something() -> None:
    texts = [*(text for text, _ in PLAIN + DOUBTFUL), *(one.text for one in OF_A_PARSER)]
    assert len(set(texts)) >= 380


@pytest.mark.parametrize(
    ("parser", "scale"), [("last_line", (0, 10)), ("complex", (10, 0)), ("pair", (5, 5))]
)
def test_a_template_that_cannot_be_meant_is_refused(
    parser: str, scale: tuple[float, float]
) -> None:
    with pytest.raises(ValueError):
        parse("7", parser, scale)


def test_nothing_is_an_error_of_its_own() -> None:
    assert parse(None, "complex").reason == "empty"  # type: ignore[union-attr]


def test_what_was_read_is_told_beside_the_score() -> None:
    assert parse("Score: 4/5", "in_last_line") == Parsed(8.0, 4.0, "fraction", "4/5")
    assert parse("456", "complex") == Parsed(5.0, 456.0, "average_of_digits", "456")
    assert parse("85%", "complex") == Parsed(8.5, 85.0, "percent", "85%")


# pieces of which judges' last lines are made, with every kind of number among them
_PIECES = [
    *("Score", "SCORE", "Overall", "Rating", "Creativity", "score of", "is", "I give it a", "not"),
    *(
        ":",
        " - ",
        "=",
        "**",
        "/",
        "/10",
        "out of 10",
        "%",
        "(",
        ")",
        "or",
        "to",
        "-",
        ",",
        ".",
        "|",
    ),
    *("7", "8.5", "10", "456", "100", "0", "3", "11", "8,5", "seven", "7/10", "1-10", "2024", "\n"),
    *("Assistant 1", "Assistant 2", "and", "points", "flaws", "<think>", "</think>", "```", "\t"),
    *('{"score":', "}", "½", "７", "~~", "v2", "$", "but", "actually", "maximum", "#", "?"),
]
_LIKELY = st.lists(st.sampled_from(_PIECES), max_size=14).map(" ".join)
_TIGHT = st.lists(st.sampled_from(_PIECES), max_size=10).map("".join)
_ANY = st.text(max_size=200)
_SCALES = st.sampled_from([(0, 10), (1, 10), (1, 5), (0, 100), (0, 1), (-5, 5), (0, 7)])


@settings(max_examples=400, deadline=None)
@given(text=_LIKELY | _TIGHT | _ANY, parser=st.sampled_from(sorted(PARSERS)), scale=_SCALES)
@example(text="100", parser="complex", scale=(0, 10))
@example(text="0|1", parser="pair", scale=(0, 10))
def test_a_score_lies_on_the_scale_and_its_number_in_the_text(
    text: str, parser: str, scale: tuple[float, float]
) -> None:
    found = parse(text, parser, scale)
    if isinstance(found, ScoreError):
        return
    for score in (found.score, found.second_score):
        assert score is None or scale[0] <= score <= scale[1]
    numbers = _numbers_of(text)
    if found.reading != "words":
        assert any(abs(number - found.raw_score) < 1e-9 for number in numbers), found
    expected = _documented(found, scale)
    assert any(abs(found.score - value) < 1e-6 for value in expected), (found, expected)


_HALVES = {"½": ".5", "¼": ".25", "¾": ".75"}


def _numbers_of(text: str) -> list[float]:
    """Return all numbers a text holds, however its digits are written."""
    plain = "".join(
        str(int(letter))
        if letter.isdecimal()
        else {"½": ".5", "¼": ".25", "¾": ".75"}.get(letter, letter)
        for letter in text
    )
    # a mark between two digits may be decoration within a number or what parts two of them
    plain = " ".join(re.sub(r"[^0-9A-Za-z.,/+\-\s]", mark, plain) for mark in ("", " "))
    found = [float(n.replace(",", ".")) for n in re.findall(r"\d*[.,]?\d+", plain)]
    found += [float(n) for n in re.findall(r"\d+", plain)]  # a stop before or behind is no part
    halves = [n + part for n in found for part in (0.5, 0.25, 0.75)]
    return [sign * n for n in [*found, *halves] for sign in (1, -1)]


def _documented(found: Parsed, scale: tuple[float, float]) -> list[float]:
    """Return what the raw number may stand for: itself, a share of its best, three digits."""
    bests = (5, 10, 20, 25, 30, 40, 50, 60, 70, 75, 80, 90, 100)
    shares = [found.raw_score / best * scale[1] for best in bests]
    digits = [int(digit) for digit in found.found if digit in string.digits]
    average = [sum(digits) / 3] if found.reading == "average_of_digits" else []
    return [found.raw_score, *shares, *average]


@settings(max_examples=100, deadline=None)
@given(
    first=st.integers(0, 100).map(lambda n: n / 10),
    second=st.integers(0, 100).map(lambda n: n / 10),
    form=st.sampled_from(
        ["Score: {}", "**SCORE: {}**", "Overall score: {}/10", "{}", "I rate it {}."]
    ),
    joint=st.sampled_from([" or ", " - ", "-", " to ", ", then ", " / ", "; or rather ", " → "]),
)
def test_two_numbers_are_never_one_score(
    first: float, second: float, form: str, joint: str
) -> None:
    alone = parse(form.format(f"{first:g}"), "complex")
    assert isinstance(alone, Parsed)
    assert alone.score == first
    both = parse(form.format(f"{first:g}{joint}{second:g}"), "complex")
    if isinstance(both, Parsed):  # only `4/10`, and the same score twice
        assert both.reading == "fraction" or both.score == first == second


@settings(max_examples=60, deadline=None)
@given(
    a=st.integers(0, 100),
    b=st.integers(0, 100),
    rest=st.sampled_from(["", "\nBoth did well.", "\n3 flaws."]),
)
def test_a_pair_on_the_first_line_is_read_in_order(a: int, b: int, rest: str) -> None:
    found = parse(f"{a / 10:g} {b / 10:g}{rest}", "pair")
    assert isinstance(found, Parsed)
    assert (found.score, found.second_score) == (a / 10, b / 10)


@pytest.mark.parametrize(
    "piece", ["score of the ", "a ", "( ", "7, ", "overall for ", "{", "<a ", "* ", "score: 7 "]
)
def test_a_long_text_takes_no_longer_than_its_length(piece: str) -> None:
    """Ten times the text may take ten times as long with room to spare, not a hundred times."""
    short, long = (_seconds(piece * (size // len(piece))) for size in (2_000, 20_000))
    assert long < 60 * max(short, 0.002)


def _seconds(text: str) -> float:
    began = time.process_time()
    for parser in PARSERS:
        parse(text, parser)
    return time.process_time() - began


def _scores_of(one: Unseen) -> float | tuple[float, float | None] | None:
    found = parse(one.text, one.parser, one.scale)
    if isinstance(found, ScoreError):
        return None
    return (found.score, found.second_score) if one.parser == "pair" else found.score


@pytest.mark.parametrize("one", EXACT, ids=_name)
def test_a_text_nobody_wrote_the_parser_for_gives_what_a_person_reads(one: Unseen) -> None:
    expected = one.expected if one.expected is None else pytest.approx(one.expected, abs=1e-9)
    assert _scores_of(one) == expected


@pytest.mark.parametrize("one", NUMBER_OR_ERROR, ids=_name)
def test_a_text_that_is_hard_to_read_gives_no_other_number(one: Unseen) -> None:
    found = _scores_of(one)
    assert found is None or found == pytest.approx(one.expected, abs=1e-9)

"""No ending in any language gives another number than its own; hardly a plain one gives none."""

from __future__ import annotations

from collections import Counter
from functools import cache

import pytest

from python_models.experiments.scores import Parsed, parse
from tests.python_models.experiments.scores.endings import KINDS, LANGUAGES, endings
from tests.python_models.experiments.scores.fresh import fresh

read = cache(parse)  # the same texts are read for what they give and for what is lost
PARSERS = ("in_last_line", "complex")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_no_ending_gives_a_wrong_number(language: str, kind: str) -> None:
    chosen = [one for one in endings() if (one.language, one.kind) == (language, kind)]
    assert chosen
    wrong = [
        (parser, one.text, found.score)
        for one in chosen
        for parser in PARSERS
        if isinstance(found := read(one.text, parser), Parsed)
        and (one.number is None or found.score != pytest.approx(one.number))
    ]
    assert wrong == []


def test_hardly_an_ending_of_one_plain_verdict_gives_none() -> None:
    plain = [one for one in endings() if one.kind == "plain"]
    lost = [one.text for one in plain if not isinstance(read(one.text, "complex"), Parsed)]
    assert len(plain) > 1000
    assert len(lost) <= 0.02 * len(plain), lost


def test_the_lists_are_long_enough_to_mean_something() -> None:
    sizes = Counter(one.kind for one in endings())
    assert set(sizes) == set(KINDS)
    assert min(sizes.values()) >= 200
    assert {one.language for one in endings()} == set(LANGUAGES)


@pytest.mark.parametrize("scale", [(0, 100), (1, 10), (0, 5)])
def test_doubts_are_the_same_on_other_scales(scale: tuple[float, float]) -> None:
    kinds = ("hedged", "quoted", "other", "parts", "range")
    given = [
        (one.text, parser)
        for one in endings()
        if one.kind in kinds
        for parser in PARSERS
        if isinstance(parse(one.text, parser, scale), Parsed)
    ]
    assert given == []


@pytest.mark.parametrize("parser", PARSERS)
def test_no_ending_written_before_its_reader_gives_a_wrong_number(parser: str) -> None:
    wrong = [
        (one.text, found.score)
        for one in fresh()
        if isinstance(found := read(one.text, parser), Parsed)
        and (one.number is None or found.score != pytest.approx(one.number))
    ]
    assert wrong == []


def test_of_all_plain_endings_written_before_their_reader_few_give_none() -> None:
    """Prose beside a score is not read where it may speak of the judging or point at the score."""
    plain = [one for one in fresh() if one.plain]
    lost = [one.text for one in plain if not isinstance(read(one.text, "complex"), Parsed)]
    assert len(fresh()) >= 2500
    assert len(lost) <= 0.03 * len(plain), lost

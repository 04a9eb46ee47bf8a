"""What articles are about: words weighed by how rare they are, names and numbers."""

from __future__ import annotations

import math

import pytest

from python_models.news.vectors import (
    Idf,
    cosine,
    dumped,
    loaded,
    names_of,
    numbers_of,
    terms_of,
    vector_of,
)

IDF = Idf(
    [
        {"language": "en", "word": "the", "idf": 0.1},
        {"language": "en", "word": "chip", "idf": 3.0},
        {"language": "en", "word": "rare", "idf": 6.0},
        {"language": "de", "word": "die", "idf": 0.2},
    ]
)


def test_a_word_that_is_not_in_the_seed_counts_as_the_rarest() -> None:
    assert (IDF.weight("chip", "en"), IDF.weight("zzz", "en")) == (3.0, 6.0)
    assert (IDF.weight("die", "de"), IDF.weight("die", "en")) == (0.2, 6.0)
    assert IDF.weight("chip", None) == 6.0


def test_words_of_the_title_count_three_times() -> None:
    vector = vector_of("chip", "rare", "en", IDF)
    assert vector["chip"] / vector["rare"] == pytest.approx((1 + math.log(3)) * 3.0 / 6.0)
    assert math.fsum(weight**2 for weight in vector.values()) == pytest.approx(1)


def test_only_the_first_words_of_a_text_count() -> None:
    assert "late" not in vector_of("", "chip " * 120 + "late", "en", IDF)


def test_possessives_and_case_make_no_other_word_and_chinese_has_pairs() -> None:
    assert terms_of("OpenAI’s Chip") == ["openai", "chip"]
    assert terms_of("新しい模型") == ["新し", "しい", "い模", "模型"]


def test_vectors_without_a_word_are_like_nothing() -> None:
    assert vector_of("", "", "en", IDF) == {} and cosine({}, {"a": 1.0}) == 0.0


def test_a_vector_is_read_as_it_was_written() -> None:
    assert loaded(dumped({"b": 0.5, "a": 1 / 3})) == {"a": 0.333333, "b": 0.5}
    assert loaded(None) == {}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Yesterday Maria Keller met Acme Robotics in Lyon.",
         ["Yesterday Maria Keller", "Acme Robotics", "Lyon"]),
        ("The firm said. Prices fell. NVIDIA rose.", ["NVIDIA"]),
        ("He joined the University of Oxford’s lab.", ["University of Oxford"]),
        ("A factory opens in Dresden\nIt makes chips", ["Dresden"]),
        ("It opened near Dresden. Silizium Sachsen of the U.S. paid", ["Dresden",
         "Silizium Sachsen", "U.S"]),
        ("It opened on Monday in May", []),
        ("nothing here", []),
    ],
)  # fmt: skip
def test_names_are_capitals_within_a_sentence(text: str, names: list[str]) -> None:
    assert names_of(text) == names


def test_numbers_keep_their_unit() -> None:
    assert numbers_of("It paid $4.5 billion for 30% of 1,200 shares in 2026.") == [
        "4.5 billion", "30%", "1,200", "2026",
    ]  # fmt: skip

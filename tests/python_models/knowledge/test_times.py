"""Words for a time, read from the day they were said."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from python_models.knowledge.times import Valid, read_time

SAID = datetime(2025, 5, 14, 10, 30)  # a Wednesday


@pytest.mark.parametrize(
    ("words", "starts", "ends"),
    [
        ("since 2025-03-04", "2025-03-04", None),
        ("at 2025-03-04 09:30", "2025-03-04T09:30", None),
        ("since March 2024", "2024-03-01", None),
        ("on 3 April 2025", "2025-04-03", None),
        ("April 3rd, 2025", "2025-04-03", None),
        ("as of 3 April", "2025-04-03", None),
        ("in December", "2024-12-01", None),
        ("from Q2 2024", "2024-04-01", None),
        ("until 1 May 2025", None, "2025-05-01"),
        ("from 2024-01-02 to 2024-06-07", "2024-01-02", "2024-06-07"),
        ("from 3 March until 4 April 2025", "2025-03-03", "2025-04-04"),
        ("since 2023", "2023-01-01", None),
        ("today", "2025-05-14", None),
        ("yesterday", "2025-05-13", None),
        ("two weeks ago", "2025-04-30", None),
        ("3 months ago", "2025-02-14", None),
        ("last Monday", "2025-05-12", None),
        ("last Wednesday", "2025-05-07", None),
        ("this week", "2025-05-12", None),
        ("last month", "2025-04-01", None),
        ("for a while", None, None),
        ("99999999 weeks ago", None, None),
        ("on 31 February 2025", None, None),
    ],
)
def test_words_name_a_time(words: str, starts: str | None, ends: str | None) -> None:
    assert read_time(words, SAID) == Valid(
        datetime.fromisoformat(starts) if starts else None,
        datetime.fromisoformat(ends) if ends else None,
    )


@given(st.text(max_size=40), st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31)))
def test_no_words_break_the_reading(words: str, said: datetime) -> None:
    found = read_time(words, said)
    assert found.starts is None or found.ends is None or found.starts < found.ends

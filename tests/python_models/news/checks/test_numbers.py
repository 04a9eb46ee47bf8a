"""Numbers of a text and of its evidence, in whatever form they are written."""

from __future__ import annotations

import pytest

from python_models.news.checks.numbers import unsaid_numbers
from python_models.news.validation.figures import missing_figures

SAID = [
    ("1,000 people", "one thousand people"),
    ("1 000 people", "1,000 people"),
    ("1.2 bn dollars", "$1,200 million"),
    ("$1.2bn", "1.2 billion dollars"),
    ("5 %", "five percent"),
    ("12 per cent", "12%"),
    ("10 to 12 percent", "10% to 12%"),
    ("twenty-five labs", "25 labs"),
    ("half a million users", "500,000 users"),
    ("3 February 2026", "2026-02-03"),
    ("about 1,200 users", "1,234 users"),
    ("more than 40 percent", "43 percent"),
    ("nearly 50 people", "48 people"),
    ("GPT-5 has 70bn parameters", "GPT-5 has 70B parameters"),
    ("version 3.5.1", "version 3.5.1 is out"),
    ("one of them", "nobody"),
]
UNSAID = [
    ("1,200 users", "1,234 users"),
    ("about 1,400 users", "1,234 users"),
    ("more than 50 percent", "48 percent"),
    ("5 points", "5 percent"),
    ("$3 billion", "3 billion euros"),
    ("$3 billion", "$3 million"),
    ("12 percent", "12 people"),
    ("fourteen days", "4 days"),
    ("9 to 5 percent", "3 to 5 percent, on the 9th"),
    ("version 3.5.2", "version 3.5.1"),
    ("40 people", "at 06:40"),
    ("some 2,000 people", "in 2019"),
]


@pytest.mark.parametrize(("text", "evidence"), SAID)
def test_the_same_number_in_another_form_is_said(text: str, evidence: str) -> None:
    assert unsaid_numbers(text, evidence) == []


@pytest.mark.parametrize(("text", "evidence"), UNSAID)
def test_another_number_is_not_said(text: str, evidence: str) -> None:
    assert unsaid_numbers(text, evidence)


@pytest.mark.parametrize(("text", "evidence"), SAID)
def test_the_second_check_agrees_that_it_is_said(text: str, evidence: str) -> None:
    assert missing_figures(text, evidence) == []

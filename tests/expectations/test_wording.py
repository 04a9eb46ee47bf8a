"""A promise and what was found are told in words that a person can check."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from expectations.wording import expected_text, observed_text


def promise(kind: str, because: str = "", query: str = "", **arguments: Any) -> Any:
    return SimpleNamespace(expectation=kind, because=because, query=query, arguments=arguments)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (promise("any", because="we said so", query="select 1"), "we said so"),
        (promise("any", query="select 1", value_set=[1]), "the query finds no row"),
        (promise("in_set", value_set=["a", 2]), "one of a, 2"),
        (promise("range", min_value=1000, max_value=2000), "1,000 to 2,000"),
        (promise("range", min_value=0), "0 or more"),
        (promise("range", max_value=1500), "1,500 or less"),
        (promise("expect_column_values_to_be_unique"), "no two rows agree"),
        (promise("expect_column_values_to_not_be_null"), "no row without a value"),
        (promise("expect_table_to_exist"), "table to exist"),
        (promise("expect_table_to_exist", mostly=1), "table to exist"),
        (promise("expect_it", mostly=0.95), "it, in at least 0.95 of the rows"),
    ],
)
def test_a_promise_is_told_as_a_sentence(given: Any, said: str) -> None:
    assert expected_text(given) == said


def found(success: bool = True, kind: str = "any", **result: Any) -> Any:
    return SimpleNamespace(
        success=success, result=result, expectation_config=SimpleNamespace(type=kind)
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            found(unexpected_count=1200, element_count=4800, unexpected_percent=25.0),
            "1,200 of 4,800 rows (25 %)",
        ),
        (
            found(
                unexpected_count=1,
                element_count=3,
                unexpected_percent_total=33.3333,
                unexpected_percent=50.0,
            ),
            "1 of 3 rows (33.3 %)",
        ),
        (found(unexpected_count=0, element_count=0), "0 of 0 rows (0 %)"),
        (found(unexpected_count=5, observed_value=7), "7"),
        (found(element_count=5, observed_value=7), "7"),
        (found(success=True), "as promised"),
        (found(success=False), "not found"),
        (found(observed_value=12345.5), "12,345.5"),
        (found(observed_value="text"), "text"),
        (found(kind="no_rows", observed_value=1), "1 unexpected row"),
        (found(kind="unexpected_rows_expectation", observed_value=2), "2 unexpected rows"),
        (found(kind="no_rows", observed_value=0), "0 unexpected rows"),
    ],
)
def test_what_was_found_is_told_with_its_share(given: Any, said: str) -> None:
    assert observed_text(given) == said

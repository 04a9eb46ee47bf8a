"""Tables for people: nothing is cut, nothing is wider than the terminal."""

from __future__ import annotations

import pytest

from ingestion.lakehouse.output import table_lines

ID = "8bfc11b5-3958-4d99-8d5c-cd0fcbe29f55"


def test_a_table_that_fits_has_numbers_on_the_right_and_no_empty_columns() -> None:
    rows = [{"name": "a", "rows_out": 1200, "why": None}, {"name": "bcd", "rows_out": 7, "why": ""}]
    assert table_lines(rows, "Title") == [
        "Title",
        "name  rows out",
        "----  --------",
        "a        1,200",
        "bcd          7",
    ]


def test_the_last_column_goes_on_in_the_next_line() -> None:
    rows = [{"id": ID, "message": "a sentence of words that is longer than there is room for it"}]
    lines = table_lines(rows, most=80)
    assert max(map(len, lines)) <= 80
    assert lines[2].startswith(ID)
    assert lines[3].startswith(" " * len(ID))
    assert " ".join(" ".join(lines[2:]).split()) == f"{ID} {rows[0]['message']}"


def test_rows_that_do_not_fit_stand_one_record_under_another_with_whole_ids() -> None:
    rows = [{f"column_{at}": ID for at in range(4)} | {"empty": None}] * 2
    lines = table_lines(rows, most=80)
    assert sum(ID in line for line in lines) == 8
    assert max(map(len, lines)) <= 80
    assert [line for line in lines if line.startswith("--")] == [
        "-- 1 ------------",
        "-- 2 ------------",
    ]


@pytest.mark.parametrize("most", [40, 80, 120])
def test_no_word_is_cut_however_narrow(most: int) -> None:
    rows = [{"path": "/a/very/long/path/that/nobody/can/break/in/the/middle/of/it/at/all.parquet"}]
    assert any(rows[0]["path"] in line for line in table_lines(rows, most=most))

"""Every evaluation that was asked is a row: with a score, or with the reason why it has none."""

from __future__ import annotations

import duckdb
import pyarrow as pa
import pytest

from python_models.experiments.scoring import scored, scores_parsed

EVALUATION = {
    "gen_id": "v1",
    "stage": "evaluation",
    "status": "ok",
    "error": None,
    "parsed": "SCORE: 7",
    "parser": "in_last_line",
    "scale_min": 0.0,
    "scale_max": 10.0,
}
GENERATIONS = pa.schema(
    [(name, pa.float64() if name.startswith("scale") else pa.string()) for name in EVALUATION]
)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"status": "refused", "parsed": None}, "no_text"),
        ({"status": "truncated", "parsed": None, "error": "cut at 400 tokens"}, "no_text"),
        ({"parsed": None}, "empty"),
        ({"parsed": "7 or 8"}, "several"),
        ({"parser": "by_eye"}, "no_parser"),
        ({"parser": None}, "no_parser"),
        ({"scale_min": 5.0, "scale_max": 5.0}, "no_scale"),
        ({"parsed": "SCORE: 11"}, "out_of_range"),
    ],
)
def test_an_evaluation_without_a_score_says_why(changed: dict, code: str) -> None:
    (row,) = scored([EVALUATION | changed])
    assert row["status"] == "error"
    assert row["error_code"] == code
    assert row["error"]
    assert "score" not in row


def test_a_template_without_a_scale_means_0_to_10() -> None:
    (row,) = scored([EVALUATION | {"scale_min": None, "scale_max": None, "parsed": "4/5"}])
    assert row["score"] == 8.0
    assert row["raw_score"] == 4.0
    assert row["reading"] == "fraction"


def test_what_has_not_been_asked_and_what_is_no_evaluation_has_no_row() -> None:
    columns = ", ".join(EVALUATION)
    with duckdb.connect() as connection:
        connection.execute(
            "create table generations (gen_id varchar, stage varchar, status varchar,"
            " error varchar, parsed varchar, parser varchar, scale_min double, scale_max double)"
        )
        for changed in (
            {},
            {"gen_id": "v2", "status": "pending"},
            {"gen_id": "e", "stage": "essay"},
        ):
            connection.execute(
                f"insert into generations ({columns}) values (?, ?, ?, ?, ?, ?, ?, ?)",
                list((EVALUATION | changed).values()),
            )
        found = scores_parsed(connection.table("generations"))
    assert found.to_pylist()[0]["score"] == 7.0
    assert len(found) == 1


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, 1.0),  # what the last build read: taken over
        ({"parsed": "SCORE: 8"}, 8.0),
        ({"scale_max": 14.0, "parsed": "SCORE: 7/10"}, 9.8),
        ({"parser": "by_eye"}, None),
        ({"status": "refused"}, None),
    ],
)
def test_a_score_is_taken_over_from_the_last_build_while_nothing_it_was_read_from_changed(
    changed: dict, expected: float | None
) -> None:
    with duckdb.connect() as connection:
        first = [EVALUATION, EVALUATION | {"gen_id": "gone"}]
        connection.register("first", pa.Table.from_pylist(first, GENERATIONS))
        before = scores_parsed(connection.table("first"))
        planted = pa.array([1.0] * len(before))
        before = before.set_column(before.column_names.index("score"), "score", planted)
        connection.register("before", before)
        second = [EVALUATION | changed, EVALUATION | {"gen_id": "new", "parsed": "SCORE: 3"}]
        connection.register("second", pa.Table.from_pylist(second, GENERATIONS))
        found = scores_parsed(connection.table("second"), connection.table("before"))
    scores = {row["gen_id"]: row["score"] for row in found.to_pylist()}
    assert scores == {"v1": pytest.approx(expected), "new": 3.0}

"""What scorers and parsers of one's own say of texts whose answer is known."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from ingestion.experiments import own_code
from python_models.experiments.scorers import scored, texts_scored
from python_models.experiments.scoring import scored as scored_evaluations
from python_models.experiments.texts import take
from tests.ingestion.experiments.authors_code import functions_in, two_seconds

FUNCTIONS = """
def words(text): return len(text.split())
def shout(text): return text.upper()
def nothing(text): return None
def broken(text): raise KeyError("no such thing")
def listed(text): return [1]
def leaves(text): raise SystemExit(3)
def endless(text):
    while True: pass
"""


@pytest.fixture
def functions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    (tmp_path / "mine.py").write_text(FUNCTIONS, encoding="utf-8")
    with functions_in(tmp_path, monkeypatch):
        yield tmp_path / "mine.py"


@pytest.fixture(scope="module", autouse=True)
def hasty() -> Iterator[None]:
    with two_seconds():
        yield


def score(kind: str, argument: str, text: str, low: float | None, high: float | None) -> dict:
    row = {"gen_id": "e", "scorer_hash": "h", "kind": kind, "argument": argument, "text": text}
    return scored(row | {"lowest": low, "highest": high})


@pytest.mark.parametrize(
    ("kind", "argument", "text", "limits", "value", "share"),
    [
        ("regex", r"\bant", "An ant met an ant.", (1, None), 2, 1),
        ("regex", r"\bant", "A bell.", (1, None), 0, 0),
        ("regex", "(?i)as an ai", "As an AI, I think", (0, 0), 1, 0),
        ("regex", "(?i)as an ai", "I think", (0, 0), 0, 1),
        ("regex", r"^- ", "- a", (2, 3), 1, 0),
        ("exact", "Paris", " Paris\r\n", (None, None), 1, 1),
        ("exact", "a\nb", "a\r\nb", (None, None), 1, 1),
        ("exact", "Paris", "paris", (None, None), 0, 0),
        ("length", "words", "one two  three\nfour", (4, 4), 4, 1),
        ("length", "words", "one two  three\nfour", (None, 3), 4, 0),
        ("length", "characters", "  größe ", (5, 5), 5, 1),
        ("length", "lines", "a\n\n b\n", (3, None), 2, 0),
        ("json_schema", '{"required": ["a"]}', '{"a": 1}', (None, None), 1, 1),
        ("json_schema", '{"required": ["a"]}', '```json\n{"a": 1}\n```', (None, None), 1, 1),
        ("json_schema", '{"required": ["a"]}', '{"b": 1}', (None, None), 0, 0),
        ("json_schema", '{"required": ["a"]}', 'Here: {"a": 1}', (None, None), 0, 0),
        ("json_schema", "{}", "[" * 100_000, (None, None), 0, 0),
        ("json_schema", "{}", "NaN", (None, None), 0, 0),
        ("function", "mine:words", "a b c", (1, 5), 3, 0.5),
    ],
)
def test_a_scorer_measures_what_a_person_counts(
    functions: Path, kind: str, argument: str, text: str,
    limits: tuple[float | None, float | None], value: float, share: float,
) -> None:  # fmt: skip
    found = score(kind, argument, text, *limits)
    assert (found["status"], found["value"], found["share"]) == ("ok", value, share)


@pytest.mark.parametrize(
    ("kind", "argument", "said"),
    [
        ("function", "mine:words", "gave 6, which is not within 0 to 5"),
        ("function", "mine:shout", "which is no number"),
        ("function", "mine:nothing", "gave None"),
        ("function", "mine:broken", "raised KeyError: 'no such thing'"),
        ("function", "mine:listed", "gave list, neither a text nor a number"),
        ("function", "mine:leaves", "raised SystemExit"),
        ("function", "mine:endless", "longer than 2 seconds"),
        ("function", "gone:words", "there is no gone.py"),
        ("regex", "(.+)+;", "longer than 2 seconds"),
    ],
)
def test_what_cannot_be_measured_is_an_error_of_its_row(
    functions: Path, kind: str, argument: str, said: str
) -> None:
    found = score(kind, argument, "one two three four five " + "x" * 40, 0, 5)
    assert found["status"] == "error"
    assert said in found["error"]
    assert "share" not in found


def test_a_score_stands_until_text_scorer_or_function_change(functions: Path) -> None:
    columns = "gen_id, scorer_hash, kind, argument, lowest, highest, text"
    rows = [
        ("e1", "h1", "function", "mine:words", 0, 10, "one two"),
        ("e1", "h2", "length", "words", 1, 2, "one two"),
        ("e2", "h1", "function", "mine:words", 0, 10, "one"),
    ]
    with duckdb.connect() as connection:
        connection.execute(
            "create table listed (gen_id varchar, scorer_hash varchar, kind varchar,"
            " argument varchar, lowest double, highest double, text varchar)"
        )
        connection.executemany(f"insert into listed ({columns}) values (?, ?, ?, ?, ?, ?, ?)", rows)
        first = texts_scored(connection.table("listed"))
        values = {(row["gen_id"], row["scorer_hash"]): row["value"] for row in first.to_pylist()}
        assert values == {("e1", "h1"): 2, ("e1", "h2"): 2, ("e2", "h1"): 1}
        kept = connection.from_arrow(first.set_column(
            first.schema.get_field_index("value"), "value", [[7.0, 7.0, 7.0]]
        ))  # fmt: skip
        assert texts_scored(connection.table("listed"), kept)["value"].to_pylist() == [7, 7, 7]
        functions.write_text("def words(text): return 9\n", encoding="utf-8")
        os.utime(functions, ns=(1, 1))
        own_code.function_hash.cache_clear()
        again = texts_scored(connection.table("listed"), kept).to_pylist()
    found = {(row["gen_id"], row["scorer_hash"]): row["value"] for row in again}
    assert found == {("e1", "h1"): 9, ("e1", "h2"): 7, ("e2", "h1"): 9}


@pytest.mark.parametrize(
    ("parser", "raw", "text", "error"),
    [
        ("regex:IDEA: (.+)", "IDEA: a\nIDEA: b\nend", "b", None),
        ("regex:(?s)<a>.+</a>", "x <a>y\nz</a>", "<a>y\nz</a>", None),
        ("regex:IDEA: (.+)", "none here", None, "nothing in it is regex:IDEA: (.+)"),
        ("mine:shout", "quiet ", "QUIET", None),
        ("mine:words", "quiet", None, "which is no text"),
        ("mine:broken", "quiet", None, "raised KeyError"),
    ],
)
def test_a_parser_of_ones_own_takes_its_part_of_a_draft(
    functions: Path, parser: str, raw: str, text: str | None, error: str | None
) -> None:
    taken = take(raw, parser, 0)
    assert taken.text == text
    assert (taken.error is None) if error is None else error in (taken.error or "")


@pytest.mark.parametrize(
    ("parser", "said", "score", "code"),
    [
        ("tag:score", "Thoughts: 3 of 9. <score>7.5</score>", 7.5, None),
        ("tag:score", "<score>4/5</score>", 8, None),
        ("tag:score", "no tag", None, "none"),
        ("tag:score", "<score>12</score>", None, "out_of_range"),
        ("regex:rating=(\\S+)", "rating=6 because", 6, None),
        ("regex:rating=(\\S+)", "rating=6 rating=6", 6, None),
        ("regex:rating=(\\S+)", "rating=6 rating=7", None, "several"),
        ("regex:rating=(\\S+)", "six", None, "none"),
        ("regex:rating=(\\S+)", "", None, "empty"),
        ("mine:words", "one two three", 3, None),
        ("mine:words", "w " * 11, None, "out_of_range"),
        ("mine:nothing", "x", None, "none"),
        ("mine:broken", "x", None, "parser_failed"),
        ("mine:shout", "score: 5", 5, None),
        ("nobody", "score: 5", None, "no_parser"),
    ],
)
def test_a_parser_of_ones_own_reads_a_score_or_says_why_not(
    functions: Path, parser: str, said: str, score: float | None, code: str | None
) -> None:
    row = {"gen_id": "v", "status": "ok", "error": None, "parsed": said, "parser": parser}
    (found,) = scored_evaluations([row | {"scale_min": 0.0, "scale_max": 10.0}])
    assert (found.get("score"), found.get("error_code")) == (score, code)

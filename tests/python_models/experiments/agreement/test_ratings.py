"""Rated files of one's own, whatever their shape, by one command."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from python_models.experiments.ratings import main


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert main([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def statistic(found: dict[str, Any], name: str) -> dict[str, Any]:
    return next(row for row in found["agreement"] if row["statistic"] == name)


@pytest.mark.parametrize("suffix", [".jsonl", ".json", ".csv", ".tsv"])
def test_rater_columns_of_every_format(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], suffix: str
) -> None:
    rows = [{"id": n, "one": n % 3, "two": n % 3 if n else 1} for n in range(9)]
    path = tmp_path / f"rated{suffix}"
    if suffix in (".csv", ".tsv"):
        joint = "\t" if suffix == ".tsv" else ","
        lines = [joint.join(rows[0]), *(joint.join(str(v) for v in row.values()) for row in rows)]
        path.write_text("\n".join(lines))
    elif suffix == ".json":
        path.write_text(json.dumps(rows))
    else:
        path.write_text("\n".join(json.dumps(row) for row in rows))
    found = told(capsys, str(path), "--raters", "one", "two")
    assert found["units"] == 9
    assert found["ratings"] == 18
    assert 0.7 < statistic(found, "kappa")["value"] < 1


def test_judges_texts_beside_recorded_scores(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "reviews.jsonl"
    rows = [("8 9\nGood.", [8, 9]), ("7 6", [7, 5]), ("both fine", [9, 9])]
    path.write_text("\n".join(json.dumps({"text": t, "score": s}) for t, s in rows))
    found = told(capsys, str(path), "--text", "text", "--parser", "pair", "--recorded", "score")
    assert (found["texts"], found["parsed"], found["equal"]) == (3, 2, 1)
    assert found["errors"] == {"none": 1}
    assert [row["record"] for row in found["differing"]] == [2, 3]


def test_a_file_for_each_rater_is_joined_on_what_was_rated(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = {"first": ["Low", "High", "High", ""], "second": ["Low", "High", "Medium", "Low"]}
    for name, given in words.items():
        lines = ["bug\tImpact", *(f"bug {n}\t{word}" for n, word in enumerate(given))]
        (tmp_path / f"{name}.tsv").write_text("\n".join(lines))
    files = [str(tmp_path / f"{name}.tsv") for name in words]
    shape = ["--unit", "bug", "--rater", "file", "--score", "Impact"]
    found = told(capsys, *files, *shape, "--order", "Low", "Medium", "High")
    assert found["units_rated_twice"] == 3
    assert statistic(found, "pearson")["n"] == 3


def test_lists_of_ratings_inside_records(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bench.json"
    units = [
        {"notes": {"fluency": {"scores": [n % 5, n % 5, (n + 1) % 5][: 2 + n % 2]}}}
        for n in range(20)
    ]
    path.write_text(json.dumps({"instances": units}))
    found = told(capsys, str(path), "--records", "instances", "--list", "notes.fluency.scores")
    assert found["ratings"] == 50
    assert statistic(found, "alpha_interval")["value"] is not None


@pytest.mark.parametrize(
    ("content", "arguments", "said"),
    [
        ("[1, 2]", ["--raters", "a", "b"], "no list of records"),
        ('[{"a": 1}]', ["--raters", "a", "b"], "no record has a value in b"),
        ('[{"a": 1}]', [], "say what the files hold"),
        ("{", ["--raters", "a", "b"], "Expecting"),
        ('[{"a": [1]}]', ["--raters", "a"], "no single rating"),
        ('[{"a": Infinity}]', ["--raters", "a"], "no single rating"),
        ('[{"a": 1, "b": true}]', ["--raters", "a", "b"], "record 1, column b: True"),
        ('{"x": []}', ["--records", "y", "--raters", "a"], "there is no y"),
    ],
)
def test_a_file_that_holds_something_else_is_told(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    content: str,
    arguments: list[str],
    said: str,
) -> None:
    path = tmp_path / "rated.json"
    path.write_text(content)
    assert main([str(path), *arguments]) == 1
    assert said in capsys.readouterr().err


def table(tmp_path: Path, *lines: str, name: str = "rated.csv", end: str = "\n") -> str:
    path = tmp_path / name
    path.write_bytes(end.join(lines).encode())
    return str(path)


def ratings_of(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], values: list[str]
) -> list[float | None] | str:
    """Return how a column of texts is read, or what is said of it."""
    from python_models.experiments.rated_cells import Cell, NotRated, numbers_of

    cells = [Cell(value, "ben", "f", f"line {n}") for n, value in enumerate(values, start=2)]
    try:
        return numbers_of(cells)
    except NotRated as error:
        return str(error)


@pytest.mark.parametrize(
    "mark",
    ["", " ", "-", "–", "—", "N/A", "n/a", "NA", "na", "NaN", "nan", "#N/A", "null", "k.A.", "."],
)
def test_a_mark_for_nothing_is_a_missing_rating(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], mark: str
) -> None:
    rows = [("6", "7"), ("4", mark), ("9", "9"), ("2", "3"), ("5", "5"), ("8", "8"), ("1", "1")]
    lines = ["unit,anna,ben", *(f"{n},{a},{b}" for n, (a, b) in enumerate(rows))]
    found = told(capsys, table(tmp_path, *lines), "--raters", "anna", "ben")
    kept = [line for line in lines if not line.startswith("1,")]
    whole = told(capsys, table(tmp_path, *kept), "--raters", "anna", "ben")
    assert (found["ratings"], found["units_rated_twice"]) == (13, 6)
    for name in ("alpha_interval", "alpha_nominal", "pearson", "icc2"):
        assert statistic(found, name)["value"] == statistic(whole, name)["value"]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["7,5", "8", "10"], [7.5, 8.0, 10.0]),
        (["7.5", " 8 ", "+3", "-1", "−2", "1e1", ".5", "7."], [7.5, 8, 3, -1, -2, 10, 0.5, 7]),
        (["７．５", "٧"], [7.5, 7.0]),
        (["1,234", "7,5"], [1.234, 7.5]),
        (["1,234", "0,123"], [1.234, 0.123]),
        (["1,234", "7.5"], [1234.0, 7.5]),
        (["1,234", "1,234,567"], [1234.0, 1234567.0]),
        (["1,234.5", "2,345"], [1234.5, 2345.0]),
        (["1.234", "7.5"], [1.234, 7.5]),
        (["1.234", "5"], [1.234, 5.0]),
        (["1.234", "7,5"], [1234.0, 7.5]),
        (["1.234,5", "1.234"], [1234.5, 1234.0]),
        (["1 234,5", "1\u00a0234", "1\u202f234"], [1234.5, 1234.0, 1234.0]),
        (["1'234.5"], [1234.5]),
        (["low", "high", "low"], [1.0, 0.0, 1.0]),
        (["none", "high"], [1.0, 0.0]),
        (["7", "", None, float("nan")], [7.0, None, None, None]),  # type: ignore[list-item]
    ],
)
def test_a_number_is_read_as_its_column_writes_numbers(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    values: list[str],
    expected: list[float | None],
) -> None:
    assert ratings_of(tmp_path, capsys, values) == expected


@pytest.mark.parametrize(
    ("values", "cell"),
    [
        (["7", "1,234"], "line 3"),
        (["1,234"], "line 2"),
        (["1,234", "7,5", "8.5"], "line 2"),
        (["1.234", "7,5", "8.5"], "line 2"),
        (["7", "good"], "line 3"),
        (["10", "2", "?"], "line 4"),
        (["7", "none"], "line 3"),
        (["7", "inf"], "line 3"),
        (["7", "7/10"], "line 3"),
        (["7", "85%"], "line 3"),
        (["85%", "9%"], "line 2"),
        (["10 points", "2 points"], "line 2"),
        (["<5", "low"], "line 2"),
        (["7", "7;8"], "line 3"),
        (["7", "1_000"], "line 3"),
        (["7", "1,23,4"], "line 3"),
        (["7", "1.2.3"], "line 3"),
        (["7", "12-05-2024"], "line 3"),
    ],
)
def test_a_cell_that_is_no_number_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], values: list[str], cell: str
) -> None:
    said = ratings_of(tmp_path, capsys, values)
    assert isinstance(said, str), said
    assert f"{cell}, column ben" in said


def test_words_are_numbered_by_the_order_given_and_no_other_word_is_let_through(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = ["unit,anna,ben", "1,low,high", "2,medium,-", "3,None,low", "4,10,2"]
    order = ["--raters", "anna", "ben", "--order", "None", "low", "medium", "high"]
    assert main([table(tmp_path, *lines), *order]) == 1
    assert "rated, line 5, column anna: '10' is not in the order" in capsys.readouterr().err
    found = told(capsys, table(tmp_path, *lines[:-1]), *order)
    assert (found["ratings"], found["units"]) == (5, 3)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("joint", [",", ";", "\t", "|"])
def test_a_text_over_several_lines_stays_one_text(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], joint: str, end: str
) -> None:
    rows = [("judge", "text", "score"), ("a", f'"It has 3; or 4, ideas.{end}Score: 7"', '"7,0"')]
    rows += [("b", f'"A | b{end}{end}He said ""no"".{end}Score: 4.5"', "4.5")]
    rows += [("c", f'"Two lines{end}of words{end}8"', "8")]
    path = table(tmp_path, *(joint.join(row) for row in rows), end=end)
    found = told(capsys, path, "--text", "text", "--recorded", "score")
    assert (found["texts"], found["parsed"], found["equal"]) == (3, 3, 3)


@pytest.mark.parametrize("mark", ["\u2028", "\u2029", "\u0085", "\x0b", "\x0c", "\x1c"])
def test_only_a_line_feed_ends_a_record(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], mark: str
) -> None:
    records = [{"text": f"Fine{mark}text.\nScore: {n}", "score": n} for n in (7, 4)]
    lines = [json.dumps(record, ensure_ascii=ord(mark) < 32) for record in records]
    path = table(tmp_path, *lines, "", name="rated.jsonl")
    found = told(capsys, path, "--text", "text", "--recorded", "score")
    assert (found["texts"], found["equal"]) == (2, 2)
    path = table(tmp_path, "text,score", f'"Fine{mark}text.\nScore: 7",7')
    found = told(capsys, path, "--text", "text", "--recorded", "score")
    assert (found["texts"], found["equal"]) == (1, 1)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["unit,anna,ben", "1,7,5,8,0"], "line 2: 5 values where the header has 3"),
        (["unit,anna,ben", "1,7", "2,5,5"], "line 2: 2 values where the header has 3"),
        (["unit,anna,anna", "1,7,8"], "names anna twice"),
        (["unit,anna,ben", '1,7,"8', "2,5,5"], "line 2: unexpected end of data"),
        (["unit,anna,bob", "1,7,8"], "no record has a value in ben; columns: anna, bob, unit"),
        (["unit,anna,ben", "1,7,\xff"], "line 2, column ben"),
    ],
)
def test_a_table_that_does_not_fit_its_header_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], lines: list[str], said: str
) -> None:
    assert main([table(tmp_path, *lines), "--raters", "anna", "ben"]) == 1
    assert said in capsys.readouterr().err


def test_a_file_in_another_encoding_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "rated.csv"
    path.write_bytes("unit,anna,ben\n1,gut,schön".encode("cp1252"))
    assert main([str(path), "--raters", "anna", "ben"]) == 1
    assert "rated.csv is not UTF-8" in capsys.readouterr().err


def test_what_is_printed_as_json_is_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = ["unit,anna,ben", *(f"{n},7,7" for n in range(6))]
    assert main([table(tmp_path, *lines), "--raters", "anna", "ben", "--json"]) == 0

    def refuse(name: str) -> None:
        raise AssertionError(name)

    found = json.loads(capsys.readouterr().out, parse_constant=refuse)
    assert statistic(found, "alpha_interval")["value"] is None


@pytest.mark.parametrize(
    ("lines", "key"),
    [
        (["unit,anna,ben", "1,7,8", "2,6,6", "3,5,5"], "agreement"),
        (["unit,rater,score", "1,a,8", "1,b,6", "2,a,5", "2,b,5"], "agreement"),
        (["essay,text,score", '1,"Fine.\nScore: 7",7'], "parsed"),
    ],
)
def test_columns_tell_what_a_file_holds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], lines: list[str], key: str
) -> None:
    assert told(capsys, table(tmp_path, *lines))[key]

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

"""Scorers and parsers of one's own: declared whole, or refused with what to mend."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ingestion.experiments.study import Study, read_study
from tests.ingestion.experiments.authors_code import functions_in, two_seconds
from tests.python_models.experiments.studies import FILES, write_study

HEAD = "scorer_id,kind,argument,min,max,active\n"
FUNCTIONS = """
import os
from os import system
def words(text): return len(text.split())
def two(text, other): return 1
def forever(text):
    while True: pass
def broken(text): raise KeyError("nothing")
def listed(text): return [1]
def leaves(text): raise SystemExit(3)
"""


@pytest.fixture
def functions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "functions"
    folder.mkdir()
    (folder / "mine.py").write_text(FUNCTIONS, encoding="utf-8")
    (folder / "odd.py").write_text("import nothing_of_this_name\n", encoding="utf-8")
    with functions_in(folder, monkeypatch):
        yield folder


@pytest.fixture(scope="module", autouse=True)
def hasty() -> Iterator[None]:
    with two_seconds():
        yield


def with_scorers(folder: Path, rows: str, **files: str | None) -> Study:
    return read_study(write_study(folder / "study", **{"scorers.csv": HEAD + rows}, **files))


def test_a_study_declares_scorers_of_every_kind(tmp_path: Path, functions: Path) -> None:
    study = with_scorers(
        tmp_path,
        'no_ai,regex,"(?i)as an (ai|model)",0,0,true\n'
        "says_it,regex,link,,,true\n"
        "capital,exact,Paris,,,true\n"
        "poem,exact,,,,true\n"
        "shape,json_schema,,,,true\n"
        "short,length,words,,120,\n"
        "mine,function,mine:words,0,500,false\n",
        **{"scorers/poem.txt": "A line.\r\nAnother.", "scorers/shape.json": '{"type": "object"}'},
    )
    assert study.rejects == []
    rows = {row["scorer_id"]: row for row in study.rows["scorers"]}
    limits = {name: (row["kind"], row["lowest"], row["highest"]) for name, row in rows.items()}
    assert limits == {
        "no_ai": ("regex", 0, 0),
        "says_it": ("regex", 1, None),
        "capital": ("exact", None, None),
        "poem": ("exact", None, None),
        "shape": ("json_schema", None, None),
        "short": ("length", None, 120),
        "mine": ("function", 0, 500),
    }
    assert rows["poem"]["argument"] == "A line.\nAnother."
    assert [name for name, row in rows.items() if not row["is_active"]] == ["mine"]
    assert len({row["scorer_hash"] for row in rows.values()}) == len(rows)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("a,judge,,,,", "is not one of regex, exact, json_schema, length, function"),
        ("a,regex,(,,,", "is no pattern"),
        ("a,regex,,,,", "write the pattern"),
        ("a,regex,x*,,,", "matches the empty text"),
        ("a,regex,x,3,2,", "min 3 is above max 2"),
        ("a,regex,((?:[^;]+)+)+;,,,", "takes longer than"),
        ("a,exact,,,,", "scorers/<scorer_id>.txt"),
        ("a,exact,x,1,,", "leave them empty"),
        ("a,json_schema,,,,", "there is no scorers/a.json"),
        ("a,json_schema,{,,,", "not JSON"),
        ('a,json_schema,"{""type"": ""objekt""}",,,', "$/type"),
        ('a,json_schema,"{""$ref"": ""http://x/y""}",,,', "nobody is asked for http://x/y"),
        ("a,length,pages,,3,", "words, characters, lines"),
        ("a,length,words,,,", "give it a min, a max, or both"),
        ("a,length,words,few,,", "is no number"),
        ("a,function,mine.words,,,", "is not <module>:<function>"),
        ("a,function,mine:other,,,", "mine.py defines no function other"),
        ("a,function,gone:words,,,", "there is no gone.py in SLUICE_FUNCTIONS"),
        ("a,function,mine:two,,,", "cannot be called with one text"),
        ("a,function,mine:system,,,", "defines no function system"),
        ("a,function,os:system,,,", "there is no os.py in SLUICE_FUNCTIONS"),
        ("a,function,odd:x,,,", "nothing_of_this_name"),
        ("a,function,mine:words,1,1,", "no scale"),
    ],
)
def test_a_scorer_that_cannot_be_used_is_refused_where_it_is_declared(
    tmp_path: Path, functions: Path, row: str, said: str
) -> None:
    study = with_scorers(tmp_path, f"{row}\ngood,length,words,1,,\n")
    (reject,) = study.rejects
    assert said in reject["error"]
    assert (reject["source_file"], reject["line_number"]) == ("scorers.csv", 2)
    assert [one["scorer_id"] for one in study.rows["scorers"]] == ["good"]


def test_a_file_no_scorer_compares_with_is_said(tmp_path: Path) -> None:
    study = with_scorers(tmp_path, "a,length,words,1,,\n", **{"scorers/lost.txt": "x"})
    (reject,) = study.rejects
    assert (reject["source_file"], reject["reason"]) == ("scorers/lost.txt", "not_named")


def test_functions_need_a_folder_that_the_operator_names(tmp_path: Path) -> None:
    (reject,) = with_scorers(tmp_path, "a,function,mine:words,0,9,\n").rejects
    assert "SLUICE_FUNCTIONS, which is not set" in reject["error"]


@pytest.mark.parametrize(
    ("table", "parser", "said"),
    [
        ("draft", "regex:<idea>(.+?)</idea>", None),
        ("draft", "mine:words", None),
        ("draft", "tag:idea", None),
        ("draft", "regex:(", "is no pattern"),
        ("draft", "regexp:x", "no regexp.py"),
        ("draft", "tags", "is not one of tag:<name>, regex:<pattern>, <module>:<function>"),
        ("evaluation", "regex:SCORE: (.+)", None),
        ("evaluation", "tag:score", None),
        ("evaluation", "mine:words", None),
        ("evaluation", "mine:nobody", "defines no function nobody"),
        ("evaluation", "last_line", "is not one of json, in_last_line, complex, pair, tag:<name>"),
    ],
)
def test_a_parser_of_ones_own_is_checked_where_it_is_declared(
    tmp_path: Path, functions: Path, table: str, parser: str, said: str | None
) -> None:
    name = {"draft": "idea", "evaluation": "last"}[table]
    path = f"templates/{table}.csv"
    rows = f'template_id,parser\n{name},"{parser}"\n'
    study = read_study(write_study(tmp_path / "study", **{path: rows}))
    if said is None:
        assert study.rejects == []
        chosen = [row for row in study.rows["templates"] if row["template_id"] == name]
        assert [row["parser"] for row in chosen] == [parser]
    else:
        assert any(said in reject["error"] for reject in study.rejects)


def test_a_parser_of_ones_own_asks_nothing_else(tmp_path: Path) -> None:
    """The hash of a template, and so every call that was paid for, is that of its text."""
    as_it_was = read_study(write_study(tmp_path / "a"))
    changed = FILES["templates/draft.csv"].replace("tag:idea", "regex:<idea>(.+)</idea>")
    parsed = read_study(write_study(tmp_path / "b", **{"templates/draft.csv": changed}))
    hashes = [
        {row["template_id"]: row["text_hash"] for row in study.rows["templates"]}
        for study in (as_it_was, parsed)
    ]
    assert hashes[0] == hashes[1]

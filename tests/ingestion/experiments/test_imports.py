"""Texts made elsewhere: a folder or a CSV of them, each a row or a reject with its reason."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ingestion.experiments.files import version_of
from ingestion.experiments.study import Study, read_study
from tests.python_models.experiments.studies import write_study


def read(folder: Path, **files: str | None) -> Study:
    return read_study(write_study(folder, **files))


def test_a_table_names_texts_their_writers_and_where_they_are_from(tmp_path: Path) -> None:
    table = (
        'text_id;text;file;writer;collected;url\none;"Two lines,\n""quoted""";;Ann;2024;http://x\n'
        "two;;by hand.txt;;;\n"
    )
    study = read(tmp_path, **{"imports.csv": table, "imports/by hand.txt": "A text.\n"})
    assert study.rejects == []
    one, two = study.rows["imports"]
    assert (one["text"], one["writer"], one["text_file"]) == ('Two lines,\n"quoted"', "Ann", None)
    assert json.loads(one["details"]) == {"collected": "2024", "url": "http://x"}
    assert (two["text"], two["writer"], two["text_file"]) == ("A text.", "unknown", "by hand.txt")
    (template,) = (row for row in study.rows["templates"] if row["generator"] == "import")
    assert (template["kind"], template["template_id"]) == ("essay", "import")


def test_texts_of_a_folder_are_named_after_their_files_whatever_they_are_called(
    tmp_path: Path,
) -> None:
    names = ("Essay (final).txt", "a/Essay_final.md", "Ünder.txt", "(1).txt", "(2).md")
    files = {f"imports/{name}": f"Text {at}." for at, name in enumerate(names)}
    study = read(tmp_path, **files)
    assert study.rejects == []
    found = {row["text_file"]: row["text_id"] for row in study.rows["imports"]}
    assert set(found) == set(names)
    assert len(set(found.values())) == len(names)
    assert found["Essay (final).txt"] == "Essay_final"


def test_a_folder_elsewhere_is_part_of_the_study_and_of_its_version(tmp_path: Path) -> None:
    texts = tmp_path / "other project"
    texts.mkdir()
    (texts / "one.md").write_text("One.", encoding="utf-8")
    own = {"study.yml": "study: small\nlevel: sentence\nimports: ../other project\n"}
    study = read(tmp_path / "study", **own)
    assert [row["text"] for row in study.rows["imports"]] == ["One."]
    (texts / "one.md").write_text("Another.", encoding="utf-8")
    assert version_of(tmp_path / "study") != study.version
    (texts / "imports.csv").write_text("text_id,text\nmore,More.\n", encoding="utf-8")
    again = read_study(tmp_path / "study")
    assert {row["text"] for row in again.rows["imports"]} == {"More.", "Another."}


def test_a_csv_elsewhere_is_read_and_one_that_is_gone_is_said(tmp_path: Path) -> None:
    table = tmp_path / "essays.csv"
    table.write_text("text_id,text\none,One.\n", encoding="utf-8")
    own = {"study.yml": "study: small\nlevel: sentence\nimports: ../essays.csv\n"}
    assert [row["text"] for row in read(tmp_path / "study", **own).rows["imports"]] == ["One."]
    table.unlink()
    (reject,) = read_study(tmp_path / "study").rejects
    assert reject["reason"] == "imports_missing"
    assert "essays.csv" in reject["error"]


@pytest.mark.parametrize(
    ("files", "reason", "said"),
    [
        ({"imports.csv": "text_id,text\none,\n"}, "no_text", "one: give it a text"),
        ({"imports.csv": "text_id,file\none,gone.txt\n"}, "no_text_file", "imports/gone.txt"),
        ({"imports/empty.txt": " \n"}, "no_text", "empty has no text"),
        ({"imports/a.txt": "Same.", "imports/b.txt": "Same. "}, "same_text", "b says what a says"),
        ({"imports.csv": "text_id,text\none,A\none,B\n"}, "doubled", "one stands in the file"),
        ({"imports/picture.png": "x"}, "unknown_file", "are .txt or .md"),
        (
            {"imports.csv": "text_id,text,file\none,A,b.txt\n", "imports/b.txt": "B"},
            "two_texts",
            "one: it has a text and a file",
        ),
    ],
)
def test_a_text_that_cannot_be_used_is_a_reject_and_the_others_are_rows(
    tmp_path: Path, files: dict[str, str], reason: str, said: str
) -> None:
    study = read(tmp_path, **files, **{"imports/good.txt": "A good one."})
    assert said in {one["reason"]: one["error"] for one in study.rejects}[reason]
    assert "A good one." in {row["text"] for row in study.rows["imports"]}
    assert study.is_usable
    for file in study.files:
        assert file.accepted >= 0


def test_a_text_longer_than_a_cell_of_most_tables_is_read(tmp_path: Path) -> None:
    long = "word " * 60_000
    study = read(tmp_path, **{"imports.csv": f'text_id,text\none,"{long}"\n'})
    assert study.rejects == []
    assert len(study.rows["imports"][0]["text"]) == len(long.strip())


def test_a_study_of_texts_alone_needs_judges_and_nothing_else(tmp_path: Path) -> None:
    gone = dict.fromkeys(
        ("concepts.csv", "templates/draft.csv", "templates/draft/idea.jinja", "templates/essay.csv",
         "templates/essay/polished.jinja", "descriptions/sentence/ant.txt",
         "descriptions/sentence/bell.txt", "descriptions/sentence/crow.txt")
    )  # fmt: skip
    study = read(tmp_path, **gone, **{"imports/one.txt": "One."})
    assert study.is_usable
    none = read(tmp_path, **gone, **{"templates/evaluation.csv": None})
    assert not none.is_usable
    assert any("an evaluation template" in reject["error"] for reject in none.rejects)

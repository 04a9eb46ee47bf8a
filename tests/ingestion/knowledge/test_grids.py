"""Grids: their files are read whole or refused with the place of what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion.knowledge.grids import GridError, cell_rows, question_rows, unlanded_grids
from ingestion.lakehouse.settings import reset_settings

CELLS = "cell,chunker,ontology,released\na,headings_256,v1,true\nb,sentences_128,,\n"
QUOTED = '"[{""source"":""s"",""native_id"":1,""quote"":""x""}]"'
QUESTIONS = f"question_id,question,answer,references\nq1,Who?,Ada,{QUOTED}\n"


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8-sig")
    return path


@pytest.fixture
def declared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    written(tmp_path, "grid.csv", CELLS)
    written(tmp_path, "questions.csv", QUESTIONS)
    path = written(tmp_path, "g.yml", "grid: g\ncells: grid.csv\nquestions: questions.csv\n")
    monkeypatch.setenv("SLUICE_SOURCES", str(tmp_path))
    reset_settings()
    return path


def test_a_grid_lands_whole_and_again_only_when_it_changed(declared: Path) -> None:
    broken: list[str] = []
    rows = unlanded_grids(set(), broken)
    assert not broken
    assert [(row["cell_id"], row["released"], row["ontology"]) for row in rows["grid_cells"]] == [
        ("a", True, "v1"), ("b", False, None)
    ]  # fmt: skip
    assert rows["questions"][0]["reference_list"] == (
        '[{"source": "s", "native_id": "1", "quote": "x"}]'
    )
    known = {("g", rows["grid_cells"][0]["grid_hash"])}
    assert unlanded_grids(known, broken) == {"grid_cells": [], "questions": []}
    written(declared.parent, "questions.csv", QUESTIONS.replace("Who?", "Which?"))
    assert unlanded_grids(known, broken)["grid_cells"]


def test_a_grid_that_cannot_be_read_is_told_and_the_others_go_on(declared: Path) -> None:
    written(declared.parent, "h.yml", "grid: h\ncells: nowhere.csv\n")
    broken: list[str] = []
    assert len(unlanded_grids(set(), broken)["grid_cells"]) == 2
    assert "grid h: " in broken[0] and "nowhere.csv" in broken[0]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name\na\n", "it has no column cell"),
        ("cell,chuncker\na,b\n", "there is no column chuncker"),
        ("cell\na\na\n", "line 3: cell: 'a' is empty or there already"),
        ("cell,released\na,perhaps\n", "line 2: released: 'perhaps' is neither"),
        ("cell,released\na,true\nb,true\n", "line 3: a is released already"),
        ("cell\na,b\n", "line 2: it has too many columns"),
    ],
)
def test_what_is_wrong_with_cells_is_named(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(GridError, match=says):
        list(cell_rows(written(tmp_path, "grid.csv", text)))


@pytest.mark.parametrize("references", ["no json", '[{"source": "s"}]', "[1]"])
def test_references_are_a_list_of_quotes(tmp_path: Path, references: str) -> None:
    quoted = references.replace('"', '""')
    text = f'question_id,question,references\nq,Who?,"{quoted}"\n'
    with pytest.raises(GridError, match="line 2: references: a JSON list"):
        list(question_rows(written(tmp_path, "q.csv", text)))

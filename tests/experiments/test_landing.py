"""Studies on their way into the lake: whole versions, once each, with what was refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ingestion.declarations import DeclarationError
from ingestion.experiments.landing import ROAD
from ingestion.lake import catalog
from ingestion.landing import Report, land
from tests.experiments.studies import STUDY, write_study


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A declared study."""
    monkeypatch.setenv("SLUICE_SOURCES", str(tmp_path / "small"))
    return write_study(tmp_path / "small")


def landed() -> Report:
    return land(ROAD, [], None, lambda _: None, lambda *_: None)


def rows(table: str) -> list[dict[str, Any]]:
    found = catalog().load_table(("raw_experiments", table)).scan().to_arrow()
    return found.to_pylist()


def test_version_lands_once_and_another_one_beside_it(folder: Path) -> None:
    first = landed().tallies["small"]
    assert (first.rows_in, first.accepted, first.rejected) == (16, 16, 0)
    again = landed().tallies["small"]
    assert (again.unchanged, again.rows_in) == (1, 0)
    write_study(folder, **{"descriptions/sentence/ant.txt": "Ants carry each other."})
    landed()
    write_study(folder)  # the change is taken back
    landed()
    versions = [row["study_version"] for row in sorted(rows("studies"), key=_landed_at)]
    assert len(versions) == 3
    assert versions[0] == versions[2] != versions[1]
    assert len(rows("templates")) == 3 * 4
    assert {row["source_file"] for row in rows("files")} >= {"study.yml", "models.csv"}


def _landed_at(row: dict[str, Any]) -> Any:
    return row["landed_at"]


def test_what_is_refused_is_in_the_rejects_and_the_rest_lands(folder: Path) -> None:
    write_study(folder, **{"notes.docx": "x", "templates/essay/polished.jinja": "{{ drafts }}"})
    tally = landed().tallies["small"]
    assert tally.rows_in == tally.accepted + tally.rejected
    reasons = {row["reason"] for row in rows("rejects")}
    assert reasons == {"unknown_file", "unknown_variable", "not_named"}
    assert all(row["source"] == "small" and row["error"] for row in rows("rejects"))
    assert len(rows("studies")) == 1


def test_study_that_cannot_be_used_leaves_rejects_and_no_version(folder: Path) -> None:
    write_study(folder, **{"study.yml": STUDY + "templates: {draft: [nobody]}\n"})
    landed()
    (reject,) = rows("rejects")
    assert "draft template nobody" in reject["error"]
    with pytest.raises(Exception, match="(?i)does not exist|NoSuchTable"):
        rows("studies")


def test_study_yml_that_is_wrong_stops_before_anything_lands(folder: Path) -> None:
    write_study(folder, **{"study.yml": STUDY + "k_maxx: 3\n"})
    with pytest.raises(DeclarationError, match="k_maxx"):
        landed()


def test_folder_elsewhere_is_read_through_its_declaration(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    declared = tmp_path / "declared.yml"
    declared.write_text("study: elsewhere\nlocation: small\n")
    monkeypatch.setenv("SLUICE_SOURCES", str(declared))
    landed()
    (study,) = rows("studies")
    assert study["source"] == "elsewhere"


def test_a_landing_says_what_could_not_be_used_where_and_why(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from ingestion.__main__ import MOST_REASONS, main

    concepts = "concept_id,name,active\nant,Ants,perhaps\nbell,Bells,true\n"
    more = "".join(f"odd name {at},x,true\n" for at in range(MOST_REASONS))
    write_study(folder, **{"concepts.csv": concepts + more})
    assert main(["experiments"]) == 0
    said = capsys.readouterr().out
    assert "small: concepts.csv: line 2: active: 'perhaps' is neither true nor false" in said
    assert said.count("\nsmall: ") == MOST_REASONS + 2  # with the line that counts the files
    assert "more, which are in rejects" in said

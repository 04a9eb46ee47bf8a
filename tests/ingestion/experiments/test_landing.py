"""Studies on their way into the lake: whole versions, once each, with what was refused."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from ingestion.experiments.landing import SOURCE, folder_of
from ingestion.lakehouse.catalog import catalog, metadata_locations
from ingestion.landing.declarations import DeclarationError
from ingestion.landing.land import Report, land
from tests.python_models.experiments.studies import STUDY, write_study


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A declared study."""
    monkeypatch.setenv("SLUICE_SOURCES", str(tmp_path / "small"))
    return write_study(tmp_path / "small")


def landed() -> Report:
    return land(SOURCE, [], None, lambda _: None, lambda *_: None)


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
    assert "k_maxx" in landed().broken[0]
    assert not metadata_locations("raw_experiments")


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
    from ingestion.__main__ import MOST_REASONS, REFUSED, main

    concepts = "concept_id,name,active\nant,Ants,perhaps\nbell,Bells,true\n"
    more = "".join(f"odd name {at},x,true\n" for at in range(MOST_REASONS))
    write_study(folder, **{"concepts.csv": concepts + more})
    assert main(["experiments"]) == REFUSED
    said = capsys.readouterr().out
    assert "small: concepts.csv: line 2: active: 'perhaps' is neither true nor false" in said
    assert said.count("\nsmall: ") == MOST_REASONS + 2  # with the line that counts the files
    assert "more, which are in rejects" in said


# what a template may do to whoever fills it: raise, never come back, eat the memory
BOMBS = {
    "an encoding that is none": "{{ ''.encode('nope') }}",
    "a macro that calls itself": "{% macro again() %}{{ again() }}{% endmacro %}{{ again() }}",
    "a text of 100 GB": "{{ 'a' * 10 ** 11 }}",
    "a filter that fills up": "{{ 'a' | center(10 ** 11) }}",
    "a format of a billion": "{{ '%1000000000d' % 1 }}",
    "loops in loops": "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}"
    "{% endfor %}",
    "loops over what it is given": "{% for a in draft %}{% for b in draft %}{% for c in draft %}"
    "{{ c }}{% endfor %}{% endfor %}{% endfor %}",
    "a name that doubles": "{% set all = namespace(text='x') %}{% for i in range(60) %}"
    "{% set all.text = all.text ~ all.text %}{% endfor %}{{ all.text }}",
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_template_that_raises_or_never_ends_is_its_own_reject(folder: Path, bomb: str) -> None:
    write_study(folder.parent / "other", **{"study.yml": STUDY.replace("small", "other")})
    os.environ["SLUICE_SOURCES"] += os.pathsep + str(folder.parent / "other")
    (path,) = (folder / "templates" / "essay").glob("*.jinja")
    path.write_text(BOMBS[bomb])
    report = landed()
    assert {row["source"] for row in rows("studies")} >= {"other"}
    (why,) = {
        row["reason"]
        for row in rows("rejects")
        if row["source_file"].startswith("templates/essay.")
    }
    assert why in ("not_bounded", "not_a_template")
    assert report.tallies["other"].rejected == 0


def test_a_study_that_cannot_be_read_at_all_is_the_only_one_that_fails(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = write_study(folder.parent / "other", **{"study.yml": STUDY.replace("small", "other")})
    monkeypatch.setenv("SLUICE_SOURCES", f"{other}{os.pathsep}{folder}")
    write_study(folder, **{"study.yml": STUDY + "k_max: [1\n"})
    report = landed()
    assert [row["source"] for row in rows("studies")] == ["other"]
    assert len(report.broken) == 1


@pytest.mark.parametrize(
    "named", ["my_sources/study1", "my_sources", "my_sources/study1/study.yml"]
)
def test_studies_are_found_by_a_relative_path_and_in_a_folder_of_studies(
    named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_study(tmp_path / "my_sources" / "study1")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SLUICE_SOURCES", named)
    assert landed().tallies["small"].accepted == 16
    assert rows("studies")[0]["source"] == "small"


def test_a_relative_path_counts_from_the_project_where_dbt_runs_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_study(tmp_path / "my_sources" / "study1")
    (tmp_path / "dbt_project").mkdir()
    monkeypatch.chdir(tmp_path / "dbt_project")
    monkeypatch.setattr("ingestion.landing.declarations.PROJECT_ROOT", tmp_path)
    monkeypatch.setenv("SLUICE_SOURCES", "my_sources")
    assert folder_of(SOURCE.declared()["small"]) == tmp_path / "my_sources" / "study1"


def test_a_named_folder_with_nothing_in_it_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv("SLUICE_SOURCES", str(tmp_path / "empty"))
    with pytest.raises(DeclarationError, match="empty, which holds no declaration"):
        SOURCE.declared([])

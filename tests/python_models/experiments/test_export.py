"""Generations as files: one with the texts it builds on, also where judges saw a pair."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from python_models.experiments.export import NotFound, export, write_cohort

pytestmark = pytest.mark.unit


COHORTS = """
create schema experiments;
create table experiments.cohorts as select 'c1' as cohort_id, '{}' as definition;
create table experiments.membership (cohort_id text, stage text, gen_id text);
create table experiments.scores (gen_id text, score double);
create table experiments.pair_results (cohort_id text, gen_id_ab text, gen_id_ba text);
create table experiments.pair_verdicts (gen_id text);
insert into experiments.pair_results values ('c2', 'a', 'b');
"""


@pytest.fixture
def release() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(
            """
            create schema experiments;
            create table experiments.generations as select * from (values
                ('d1', 'draft', null, 'P', 'raw 1', 'draft 1'),
                ('d2', 'draft', null, 'P', 'raw 2', 'draft 2'),
                ('e1', 'essay', 'd1', 'P', 'raw 3', 'essay 1'),
                ('e2', 'essay', 'd2', 'P', 'raw 4', 'essay 2'),
                ('e3', 'essay', 'd2', 'P', 'raw 5', 'essay 3')
            ) as generations (gen_id, stage, parent_gen_id, prompt, raw, parsed);
            create table experiments.pair_verdicts as select * from (values
                ('q12', 'e1', 'e2', 'first', 'It holds.', 'Which?', '{"winner": "A"}'),
                ('q21', 'e2', 'e1', null, null, 'Which?', 'neither')
            ) as verdicts (gen_id, first_gen_id, second_gen_id, verdict, reason, prompt, raw)
            """
        )
        yield connection


def written(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.glob("*/*")}


def test_a_comparison_is_written_with_both_essays_and_their_drafts(
    release: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    assert export(release, tmp_path, gen="q12") == 5
    assert written(tmp_path) == {"comparison/q12", "essay/e1", "essay/e2", "draft/d1", "draft/d2"}
    folder = tmp_path / "comparison" / "q12"
    assert (folder / "prompt.txt").read_text() == "Which?"
    assert (folder / "raw.txt").read_text() == '{"winner": "A"}'
    said = json.loads((folder / "parsed.txt").read_text())
    assert said == {"verdict": "first", "reason": "It holds."}
    assert json.loads((folder / "metadata.json").read_text())["second_gen_id"] == "e2"


def test_a_comparison_without_a_verdict_has_no_parsed_text(
    release: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    export(release, tmp_path, gen="q21")
    assert not (tmp_path / "comparison" / "q21" / "parsed.txt").exists()
    assert (tmp_path / "comparison" / "q21" / "raw.txt").read_text() == "neither"


def test_a_release_from_before_pairs_gives_its_generations(
    release: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    release.execute("drop table experiments.pair_verdicts")
    assert export(release, tmp_path, gen="e1") == 2
    assert written(tmp_path) == {"essay/e1", "draft/d1"}
    with pytest.raises(NotFound, match="no generation of q12"):
        export(release, tmp_path, gen="q12")


def test_a_cohort_without_pairs_leaves_no_pairs_of_an_earlier_export(tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute(COHORTS)
        connection.execute("insert into experiments.cohorts values ('c2', '{}')")
        write_cohort(connection, tmp_path, "c2", 2)
        assert (tmp_path / "pairs.csv").is_file() and (tmp_path / "verdicts.csv").is_file()
        write_cohort(connection, tmp_path, "c1", 3)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "manifest.json", "membership.csv", "scores.csv",
    ]  # fmt: skip
    said = json.loads((tmp_path / "manifest.json").read_text())
    assert said["row_counts"] == {"generations": 3, "membership": 0, "scores": 0}

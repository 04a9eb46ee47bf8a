"""A cohort written into a folder that holds an earlier export leaves nothing of it standing."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from python_models.experiments.export import write_cohort

TABLES = """
create schema experiments;
create table experiments.cohorts as select 'c1' as cohort_id, '{}' as definition;
create table experiments.membership (cohort_id text, stage text, gen_id text);
create table experiments.scores (gen_id text, score double);
create table experiments.pair_results (cohort_id text, gen_id_ab text, gen_id_ba text);
create table experiments.pair_verdicts (gen_id text);
insert into experiments.pair_results values ('c2', 'a', 'b');
"""


@pytest.mark.unit
def test_a_cohort_without_pairs_leaves_no_pairs_of_an_earlier_export(tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute(TABLES)
        connection.execute("insert into experiments.cohorts values ('c2', '{}')")
        write_cohort(connection, tmp_path, "c2", 2)
        assert (tmp_path / "pairs.csv").is_file() and (tmp_path / "verdicts.csv").is_file()
        write_cohort(connection, tmp_path, "c1", 3)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "manifest.json", "membership.csv", "scores.csv",
    ]  # fmt: skip
    said = json.loads((tmp_path / "manifest.json").read_text())
    assert said["row_counts"] == {"generations": 3, "membership": 0, "scores": 0}

"""What has failed is found within a restriction, as the last build left it."""

from __future__ import annotations

import duckdb
import pytest

from ingestion.lakehouse.lake import lake
from python_models.experiments.ask_failed import failed_generations, main


@pytest.fixture(autouse=True)
def built() -> None:
    """Two versions of a study that share an essay; of each a judge failed, of one on a pair."""
    lake().build_db.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(lake().build_db)) as connection:
        connection.execute(
            """
            create schema experiments;
            create table experiments.cohorts as select * from (values
                ('c1', 'small', false), ('c2', 'small', true), ('c3', 'other', true)
            ) as cohorts (cohort_id, study, is_current);
            create table experiments.generations as select * from (values
                ('essay', 'k0', 'ok', 'essay', 'plain', 'writer'),
                ('old', 'k1', 'failed', 'evaluation', 'new', 'judge'),
                ('new', 'k2', 'invalid', 'evaluation', 'new', 'judge')
            ) as generations (gen_id, call_id, status, stage, template_id, model_id);
            create table experiments.membership as select * from (values
                ('c1', 'essay'), ('c1', 'old'), ('c2', 'essay'), ('c2', 'new')
            ) as membership (cohort_id, gen_id);
            create table experiments.pair_verdicts as select * from (values
                ('ab', 'k3', 'ok', 'better', 'judge'), ('ba', 'k4', 'refused', 'better', 'judge')
            ) as pair_verdicts (gen_id, call_id, status, template_id, model_id);
            create table experiments.pair_results as select * from (values
                ('c2', 'ab', 'ba'), ('all', 'ab', 'ba')
            ) as pair_results (cohort_id, gen_id_ab, gen_id_ba)
            """
        )


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        ({}, {"old", "new", "ba"}),
        ({"cohort": "c1"}, {"old"}),
        ({"cohort": "c2"}, {"new", "ba"}),
        ({"cohort": "small"}, {"new", "ba"}),  # a study: its newest cohort
        ({"cohort": "c1,small"}, {"old", "new", "ba"}),
        ({"cohort": "other"}, set()),
        ({"stage": "comparison"}, {"ba"}),
        ({"cohort": "small", "template": "new", "model": "judge"}, {"new"}),
        ({"gen": "old,ab"}, {"old"}),
    ],
    ids=lambda given: (
        "+".join(f"{k}={v}" for k, v in given.items()) or "all" if isinstance(given, dict) else ""
    ),
)
def test_what_failed_is_found_within_a_restriction(chosen: dict[str, str], found: set[str]) -> None:
    assert {gen_id for gen_id, _ in failed_generations(chosen)} == found


def test_a_build_of_before_is_no_crash(capsys: pytest.CaptureFixture[str]) -> None:
    with duckdb.connect(str(lake().build_db)) as connection:
        connection.execute("drop table experiments.pair_verdicts")
    assert main([]) == 1
    assert "`make experiments` makes one" in capsys.readouterr().err
    lake().build_db.unlink()
    assert main([]) == 1
    assert "there is none" in capsys.readouterr().err

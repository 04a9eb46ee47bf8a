"""A cohort is named by its study: the newest one; an id, or how it begins, names any."""

from __future__ import annotations

import duckdb
import pytest

from python_models.experiments.cohort_names import NoSuchCohort, cohort_named


@pytest.fixture
def release() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("create schema experiments")
    connection.execute(
        "create table experiments.cohorts as select * from (values"
        " ('aa01', 'dreams', false, timestamp '2026-01-01'),"
        " ('aa02', 'dreams', true, timestamp '2026-01-02'),"
        " ('bb01', 'tales', false, timestamp '2026-01-01'),"
        " ('bb02', 'tales', false, timestamp '2026-01-02'))"
        " as t(cohort_id, study, is_current, created_at)"
    )
    return connection


@pytest.mark.parametrize(
    ("text", "cohort"), [("dreams", "aa02"), ("aa01", "aa01"), ("bb01", "bb01"), ("aa02", "aa02")]
)
def test_study_and_id_name_a_cohort(
    release: duckdb.DuckDBPyConnection, text: str, cohort: str
) -> None:
    assert cohort_named(release, text) == cohort


@pytest.mark.parametrize("text", ["aa", "tales"])
def test_a_name_of_several_is_refused_with_those_it_may_be(
    release: duckdb.DuckDBPyConnection, text: str
) -> None:
    with pytest.raises(NoSuchCohort, match=f"COHORT={text} may be 2 cohorts") as refused:
        cohort_named(release, text)
    assert str(refused.value).count(f"\n  {'dreams' if text == 'aa' else 'tales'}  ") == 2


@pytest.mark.parametrize("text", ["dream", "", "%", "zz"])
def test_a_name_of_none_is_refused_with_what_there_is(
    release: duckdb.DuckDBPyConnection, text: str
) -> None:
    with pytest.raises(NoSuchCohort, match="no cohort") as refused:
        cohort_named(release, text)
    assert "dreams  aa02" in str(refused.value)

"""A metric gives what the same question in SQL gives, however it is told."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from ingestion.lakehouse.settings import PROJECT_ROOT
from python_models.release.metrics.compiler import metric_sql
from python_models.release.metrics.declarations import declared
from python_models.release.metrics.lookup import MetricError, dimensions_of, tables_of
from python_models.release.metrics.metricflow_sql import metricflow_sql
from tests.dashboards.synthetic import DDL, write_release

SAME = {
    "counted, with a filter, told by a column": (
        metric_sql(["issues", "critical_issues"], ["control_id"]),
        "select control_id, count(*), count(*) filter (severity = 'critical')"
        " from telemetry.issues group by all order by 1",
    ),
    "a ratio by week": (
        metric_sql(["valid_share"], ["week"]),
        "select date_trunc('week', cycle_date)::date, avg(is_valid::int)"
        " from telemetry.cycles group by all order by 1",
    ),
    "a percentile with a condition": (
        metric_sql(["long_cycle_seconds"], where="control_id like 'press%'"),
        "select quantile_cont(duration_s, 0.95) from telemetry.cycles"
        " where control_id like 'press%'",
    ),
    "two tables, told by what both have": (
        metric_sql(["issues_per_100_cycles"], ["control_id"]),
        "select control_id, 100 * i.n / c.n from"
        " (select control_id, count(*) as n from telemetry.cycles group by all) as c full join"
        " (select control_id, count(*) as n from telemetry.issues group by all) as i"
        " using (control_id) order by 1",
    ),
    "a filter on a table that is joined": (
        metric_sql(["conversations_premium"], ["dataset_id"]),
        "select dataset_id, count(*) filter (status = 'kept' and grade = 'premium')"
        " from conversations.conversations left join conversations.quality"
        " using (conversation_id) group by all order by 1",
    ),
    "told by a column of a joined table": (
        metric_sql(["conversations_kept"], ["grade"]),
        "select grade, count(*) filter (status = 'kept') from conversations.conversations"
        " left join conversations.quality using (conversation_id) group by all"
        " order by 1 nulls last",
    ),
    "money by product": (
        metric_sql(["spend_usd", "calls_paid", "reuse_share"], ["domain"]),
        "select domain, sum(usd), sum(calls)::bigint, sum(cached) / (sum(cached) + sum(calls))"
        " from ops.costs group by all order by 1 nulls last",
    ),
    "a time that is not the metric's own": (
        metric_sql(["runs"], ["started_at__month", "status"]),
        "select date_trunc('month', started_at)::date, status, count(distinct run_id)"
        " from ops.runs group by all order by all",
    ),
    "a mean score": (
        metric_sql(["mean_score_share"], ["evaluation_model_id"]),
        "select evaluation_model_id, avg((score - scale_min) / (scale_max - scale_min))"
        " filter (status = 'ok') from experiments.scores group by all order by 1",
    ),
}


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """A release of all products, with seeded rows."""
    path: Path = tmp_path_factory.mktemp("release") / "r000007.duckdb"
    write_release(path)
    with duckdb.connect(str(path), read_only=True) as connection:
        yield connection


def rows(connection: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    """Return rows, numbers to ten digits: sums come in another order."""
    found = connection.execute(sql).fetchall()
    return [
        tuple(float(f"{cell:.10g}") if isinstance(cell, float) else cell for cell in row)
        for row in found
    ]


@pytest.mark.parametrize("case", SAME)
def test_a_metric_gives_what_sql_gives(release: duckdb.DuckDBPyConnection, case: str) -> None:
    metric, by_hand = SAME[case]
    expected = rows(release, by_hand)
    assert expected and any(row[-1] for row in expected), "the case must not be empty"
    assert rows(release, metric) == expected


@pytest.fixture(scope="module")
def contracts() -> Iterator[duckdb.DuckDBPyConnection]:
    """Every released table with its columns and types, and no row."""
    with duckdb.connect() as connection:
        connection.execute(DDL)
        for path in (PROJECT_ROOT / "dbt_project" / "models").glob("*/marts/*.yml"):
            for model in yaml.safe_load(path.read_text(encoding="utf-8")).get("models", ()):
                schema = path.parts[-3]
                columns = ", ".join(
                    f'"{one["name"]}" {one["data_type"]}' for one in model["columns"]
                )
                name = model["name"].removeprefix(f"{schema}_")
                connection.execute(f"create schema if not exists {schema}")
                connection.execute(f"create or replace table {schema}.{name} ({columns})")
        yield connection


def test_every_metric_runs_by_everything_it_can_be_told_by(
    contracts: duckdb.DuckDBPyConnection,
) -> None:
    for name, metric in declared().metrics.items():
        told = dimensions_of(name)
        found = contracts.execute(metric_sql([name], told)).description or []
        assert [column[0] for column in found] == [*told, name]
        assert (found[-1][1] == "BIGINT") == (metric.unit == "count"), name


def test_all_metrics_of_all_products_are_asked_at_once(
    contracts: duckdb.DuckDBPyConnection,
) -> None:
    names = list(declared().metrics)
    (together,) = rows(contracts, metric_sql(names))
    assert dict(zip(names, together, strict=True))["spend_usd"] == 0


def test_where_there_is_nothing_money_is_nought_and_a_share_is_unknown(
    release: duckdb.DuckDBPyConnection,
) -> None:
    nobody = "domain = 'nobody'"
    sql = metric_sql(["spend_usd", "calls_paid", "reuse_share"], where=nobody)
    assert rows(release, sql) == [(0, 0, None)]


@pytest.mark.parametrize(
    ("names", "by", "where", "said"),
    [
        (["cyles"], [], "", "There is no metric cyles. Did you mean cycles?"),
        (["cycles"], ["contrl"], "", "Did you mean control_id? There is: metric_time, control_id"),
        (["cycles"], [], "machine = 'a'", "no dimension of cycles called machine"),
        (["issues_per_100_cycles"], ["severity"], "", "no dimension of cycles called severity"),
        (["cycles"], [], "control_id = (", "WHERE=control_id = (: not a condition"),
        (["cycles"], [], "is_valid) or (true", "not a condition|say a condition"),
        (["cycles"], [], "control_id in (select 1)", "say a condition on one row"),
        (["cycles"], [], "count(*) > 1", "say a condition on one row"),
        (["cycles"], [], "is_valid; drop table x", "say a condition on one row"),
        (["cycles"], [], "delete from x", "say a condition on one row"),
        (["cycles"], [], "copy x to 'a'", "say a condition on one row"),
    ],
)
def test_what_is_not_there_is_said_with_what_is(
    names: list[str], by: list[str], where: str, said: str
) -> None:
    with pytest.raises(MetricError) as refused:
        metric_sql(names, by, where)
    assert any(part in str(refused.value) for part in said.split("|"))


def test_hours_and_days_meet_by_day(contracts: duckdb.DuckDBPyConnection) -> None:
    with contracts.cursor() as connection:
        connection.execute("begin")
        connection.execute(
            "insert into knowledge.log_events (logged_at) values"
            " ('2026-05-01 00:10'), ('2026-05-01 09:00'), ('2026-05-02 09:00')"
        )
        connection.execute(
            "insert into knowledge.facts (fact_id, said_at) values ('a', '2026-05-01 17:00')"
        )
        for time in ("metric_time", "day"):
            found = connection.execute(metric_sql(["facts", "log_events"], [time])).fetchall()
            assert [(str(day), *counted) for day, *counted in found] == [
                ("2026-05-01", 1, 2),
                ("2026-05-02", None, 1),
            ]
        hours = connection.execute(metric_sql(["log_events"], ["metric_time"])).fetchall()
        connection.execute("rollback")
    assert [counted for _, counted in hours] == [1, 1, 1]


def test_what_a_metric_is_reckoned_from_is_known() -> None:
    assert tables_of(["issues_per_100_cycles", "spend_usd"]) == {
        ("telemetry", "issues"),
        ("telemetry", "cycles"),
        ("ops", "costs"),
    }


@pytest.mark.long
@pytest.mark.skipif(
    not find_spec("metricflow"),
    reason="NOT TESTED: no MetricFlow (pip install --editable '.[metricflow]')",
)
@pytest.mark.parametrize(
    ("names", "by"),
    [
        (["issues", "valid_share"], ["metric_time__week", "control_id"]),
        (["conversations_premium", "conversations_kept_share"], ["record_id__dataset_id"]),
        (["spend_usd", "reuse_share"], ["cost__domain"]),
        (["mean_score_share"], ["evaluation__evaluation_model_id"]),
        (["nodes_failed", "llm_good_share"], ["metric_time__day"]),
    ],
)
def test_metricflow_reads_the_same_declarations_and_finds_the_same(
    release: duckdb.DuckDBPyConnection, names: list[str], by: list[str]
) -> None:
    ours, theirs = (rows(release, write(names, by, "")) for write in (metric_sql, metricflow_sql))
    told = len(by)

    def known(found: list[tuple[Any, ...]]) -> set[tuple[Any, ...]]:
        """Rows told by something that a filter left anything of; a day there is midnight."""
        return {
            (*(str(cell)[:10] for cell in row[:told]), *row[told:])
            for row in found
            if None not in row[:told] and any(row[told:])
        }

    assert known(ours) and known(ours) == known(theirs)

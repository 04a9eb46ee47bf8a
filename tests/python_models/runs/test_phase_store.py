"""What the phases of a run leave behind, and what a later run reads of it."""

from __future__ import annotations

import json

import duckdb
import pytest

from ingestion.lakehouse import journal
from ingestion.lakehouse.catalog import catalog
from python_models.release import kept_phases, phase_tables
from python_models.runs import __main__ as commands
from python_models.runs.phase_store import _as_rows, _digest
from tests.python_models.conftest import Ran
from tests.python_models.phased import (
    THINGS,
    Phased,
    described,
    paid,
    relation,
    released,
    report,
    states,
    stored,
)

ALL = [(number, 1, "completed") for number in (1, 2, 3, 4, 6, 10)]
EVERY_TYPE = """
    (1::bigint, 'a"b\\n$.''é😀' || chr(10) || chr(0) || 'z', 1e-310::double, 'nan'::double,
    1.10::decimal(10, 3), 170141183460469231731687303715884105727::hugeint,
    18446744073709551615::ubigint, date '0044-01-01', timestamp '2020-01-01 00:00:00.123456',
    timestamptz '2020-01-01 02:00:00+02', [1, null, 3], ['a"', 'b', null],
    {'a': 1, 'b': ['x']}, map {'k': 1.5::double}, '{"k":[1]}'::json, true, 1.1::float,
    '\\xAA\\x00'::blob, time '12:00:00.5', interval 3 days, [1.5, 2.5]::float[2],
    'c3a5e8f4-6d5a-4c11-9a32-0d9b0d0b3a11'::uuid, [{'a': timestamp '2020-01-01'}],
    'a'::enum('a', 'b'), -0.0::double)
"""


def test_a_phase_is_one_snapshot_with_all_that_is_known_of_it(ran: Ran) -> None:
    ran.after(1)
    assert states("r1") == ALL
    rows = {row["phase_name"]: row for row in stored()}
    tier1 = rows["tier1_filter"]
    assert (tier1["input_count"], tier1["output_count"]) == (3, 2)
    assert described(tier1)["tier1"]["columns"]["score"] == "DOUBLE"
    assert rows["tier2_batch"]["llm_calls"] == 3
    assert all(row["duration_seconds"] > 0 and row["bytes"] > 0 for row in rows.values())
    assert all(row["code_hash"] and row["settings_hash"] for row in rows.values())
    table = catalog().load_table(("news_phases", "tier1_filter"))
    (snapshot,) = table.snapshots()
    assert snapshot.snapshot_id == tier1["snapshot_id"]
    known = json.loads(snapshot.summary.additional_properties[phase_tables.PROPERTY])
    assert known["relations"] == tier1["relations"]
    assert [row["thing_id"] for row in relation("r1", 3, "tier1")] == [1, 2, 3]
    assert report("r1")[0]["markdown"] == "# Report\n1. 3\n2. 1"


def test_marts_show_every_kept_run_and_a_run_reads_the_one_before(ran: Ran) -> None:
    phased = ran.after(2)
    wanted = [
        ("r1", 1, 1.5, 0.0),
        ("r1", 2, 0.1, 0.0),
        ("r1", 3, 7.25, 0.0),
        ("r2", 1, 2.5, 1.5),
        ("r2", 4, 9.0, 0.0),
    ]
    assert released("from news.scores order by all") == wanted
    # nothing of an earlier run is read from the build database
    assert phased.build("r2-again", "--full-refresh")[0] == 0
    assert released("from news.scores order by all") == wanted
    assert states("r2") == ALL  # made again as it was, it is not kept twice
    assert states("r2-again") == []


def test_what_is_made_otherwise_is_one_more_attempt_of_the_run(ran: Ran) -> None:
    phased = ran.after(1)
    assert phased.build("other", TINY_FACTOR="2")[0] == 0
    assert states("r1") == [*ALL, *((number, 2, "completed") for number in (3, 4, 6, 10))]
    phased.run("r2")
    assert released("select score from news.scores where run_id = 'r1' order by 1") == [
        (0.2,),
        (3.0,),
        (14.5,),
    ]


def test_a_run_without_rows_keeps_nothing(phased: Phased) -> None:
    phased.add_run("r1")
    (phased.folder / "runs.csv").write_text("run_id,previous_run_id,as_of\n")
    assert phased.build("r1")[0] == 0
    assert stored() == []


@pytest.mark.parametrize(
    "point",
    [
        pytest.param("begun", marks=pytest.mark.long),
        "snapshot",
        pytest.param("row", marks=pytest.mark.long),
    ],
)
def test_a_kill_around_a_commit_keeps_the_phase_once_and_its_row_with_it(
    phased: Phased, point: str
) -> None:
    phased.add_run("r1")
    code, said = phased.build("r1", FAULT=f"phase.tier2_batch.{point}")
    assert code == 137, said
    assert ((4, 1, "completed") in states("r1")) == (point == "row")
    before = paid()
    assert commands.main(["resume"]) == 0
    assert len(before) == 3
    assert paid() == before
    kept = {row["phase_number"]: row for row in stored()}
    assert kept.keys() == {1, 2, 3, 4, 6, 10}
    assert len(stored()) == 6
    table = catalog().load_table(("news_phases", "tier2_batch"))
    assert table.scan().to_arrow().num_rows == 2
    assert table.current_snapshot().snapshot_id == kept[4]["snapshot_id"]
    assert report("r1")[0]["markdown"] == "# Report\n1. 3\n2. 1"
    assert released("select count(*) from news.scores") == [(3,)]


def test_a_phase_with_pending_rows_is_not_kept_and_stops_the_run(phased: Phased) -> None:
    phased.add_run("r1")
    code, said = phased.build("r1", TINY_MOST_CALLS="1")
    assert code == 1
    assert "Phase 4 tier2_batch of run r1 is pending: 2 of llm_news__relevance_scored" in said
    wanted = [(1, "completed"), (2, "completed"), (3, "completed"), (4, "pending")]
    skipped = [(6, "skipped"), (10, "skipped")]
    assert [(number, status) for number, _, status in states("r1")] == wanted + skipped
    assert len(paid()) == 1  # what was paid stays
    assert commands.main(["resume"]) == 0
    assert [number for number, _, status in states("r1") if status == "completed"] == [
        1,
        2,
        3,
        4,
        6,
        10,
    ]
    assert len(paid()) == len(set(paid())) == 3
    assert released("select count(*) from news.scores") == [(3,)]


def test_a_phase_that_fails_is_said_to_have_failed(phased: Phased) -> None:
    phased.add_run("r1")
    assert phased.build("r1", TINY_FACTOR="nonsense")[0] == 1
    found = [(row["phase_number"], row["status"], row["message"]) for row in stored()]
    assert found[2:] == [
        (3, "failed", "int_news__tier1 did not succeed"),
        (4, "skipped", "a phase before did not complete"),
        (6, "skipped", "a phase before did not complete"),
        (10, "skipped", "a phase before did not complete"),
    ]
    assert commands.main(["resume"]) == 0
    assert states("r1")[-4:] == [(number, 2, "completed") for number in (3, 4, 6, 10)]


def test_snapshots_are_expired_once_each_has_its_row_and_rows_lie_in_one_file_a_run(
    phased: Phased,
) -> None:
    for number in range(1, 4):
        phased.run(f"r{number}", THINGS | {9: float(number)})
    for name in ("scraping", "final_report", "runs"):
        table = catalog().load_table(("news_phases", name))
        assert len(table.snapshots()) == 1
        assert len(list(table.scan().plan_files())) == 3
    assert len(relation("r1", 2, "articles")) == 4
    assert journal.rows("select count(*) as n from node_runs where status = 'error'")[0]["n"] == 0


def test_rows_come_back_with_the_types_and_values_they_had() -> None:
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        names = [f"c{number}" for number in range(24)] + ['odd "name$.x']
        listed = ", ".join('"' + name.replace('"', '""') + '"' for name in names)
        nulls = ", ".join(["null"] * 25)
        connection.execute(
            f"create table t as select * from (values {EVERY_TYPE}, ({nulls})) as v({listed})"
        )
        table = connection.table("t")
        rows = table.set_alias("s").project("cast(to_json(s) as varchar)").fetchall()
        connection.execute(
            "create table kept (run_id varchar, attempt bigint, relation varchar, row_no bigint,"
            ' "row" varchar)'
        )
        for number, (text,) in enumerate(rows):
            connection.execute("insert into kept values ('r', 1, 't', ?, ?)", [number, text])
        columns = dict(zip(table.columns, map(str, table.types), strict=True))
        row = {"run_id": "r", "attempt": 1, "relations": json.dumps({"t": {"columns": columns}})}
        back = connection.sql(kept_phases.relation_query("kept", row, "t"))
        assert back.columns == table.columns
        assert back.types == table.types
        assert repr(back.fetchall()) == repr(table.fetchall())


def test_rows_in_another_order_are_the_same_phase() -> None:
    with duckdb.connect() as connection:
        rows = [
            _as_rows({"a": connection.sql(f"select n from range(3) as t (n) order by n {order}")})
            for order in ("asc", "desc")
        ]
        other = _as_rows({"a": connection.sql("select n + 1 as n from range(3) as t (n)")})
    assert _digest(rows[0][0]) == _digest(rows[1][0]) != _digest(other[0])

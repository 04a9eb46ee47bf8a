"""Each promise about telemetry notices what it is there for, and its neighbours do not."""

from __future__ import annotations

import duckdb
import pytest

from expectations.gate import GateFailed
from ingestion.lakehouse import journal
from tests.expectations.running import assert_found, broken, pass_gate
from tests.expectations.telemetry_tables import HANDED, empty_all, make_sound

SECOND_FILE = "source_file = 'file1.csv'"

# moment, what is planted, the promises that break
PLANTED = [
    ("after_landing", f"update raw.files set rows_in = 99 where {SECOND_FILE}",
     {"new_files: rows in = accepted + duplicate + rejected"}),
    ("after_landing", f"update raw.files set rows_in = 168, rows_rejected = 68 where {SECOND_FILE}",
     {"new_files: a source is at most one twentieth rejects"}),
    ("after_landing", "update raw.files set rows_in = 168, rows_rejected = 68",
     {"new_files: deliveries held back are at most a fifth of what is new",
      "new_files: no delivery is held back",
      "new_files: a source is at most one twentieth rejects"}),
    ("after_landing", "insert into raw.files by name select * replace ('small' as source, "
     "6 as rows_in, 0 as rows_accepted, 6 as rows_rejected, 'rejected' as status, 400 as "
     f"byte_count) from raw.files where {SECOND_FILE}",
     {"new_files: no delivery is held back",
      "new_files: a source is at most one twentieth rejects"}),
    ("after_landing", "insert into raw.files by name select * replace ('whole' as source, "
     "1 as rows_in, 0 as rows_accepted, 1 as rows_rejected, 'rejected' as status, 40000 as "
     f"byte_count) from raw.files where {SECOND_FILE}",
     {"new_files: deliveries held back are at most a fifth of what is new",
      "new_files: no delivery is held back",
      "new_files: a source is at most one twentieth rejects"}),
    ("after_landing", "insert into raw.readings select * from raw.readings",
     {"new_files: what files say was accepted is there, once"}),
    ("after_landing", f"delete from raw.readings where {SECOND_FILE}",
     {"new_files: what files say was accepted is there, once"}),
    ("after_landing", "update raw.files set landed_at = timestamp '2020-01-01'",
     {"files: something landed within two days"}),
    ("after_landing", "update raw.files set status = 'lost'",
     {"new_files: status is a known one"}),
    ("after_landing", "update raw.readings set power_unit = 'hp' where record_number = 3",
     {"readings: power_unit is a known one"}),
    ("after_landing", "update raw.readings set temperature_unit = 'F' where record_number = 3",
     {"readings: temperature_unit is a known one"}),
    ("after_landing", "update raw.readings set control_id = null where record_number = 3",
     {"readings: control_id is filled"}),
    ("after_landing", "update raw.readings set reading_at = timestamp '2999-01-01' "
     "where record_number = 3",
     {"readings: no reading is from the future or from before 1990"}),
    ("after_landing", "update raw.readings set record_number = 0 where record_number = 3",
     {"readings: record numbers count from 1"}),
    ("after_landing", "update raw.readings set load_id = 'L2' where record_number = 3",
     {"readings: readings belong to a delivery that is complete",
      "new_files: what files say was accepted is there, once"}),
    ("after_landing", "alter table raw.readings drop temperature",
     {"readings: temperature is there"}),
    ("after_landing", "insert into raw.labels (control_id, label_level, started_at, ended_at) "
     "values ('press', 'window', timestamp '2026-01-02', timestamp '2026-01-01')",
     {"labels: a label ends after it starts"}),
    ("after_landing", "update raw.rejects set reason = null",
     {"rejects: reason is filled"}),
    ("after_landing", "update raw.sources set kind = 'odd'",
     {"sources: kind is a known one"}),
    ("after_staging", "update stg.readings set power_w = 1e12 where record_number < 10",
     {"readings: power is possible", "readings: power is plausible"}),
    ("after_staging", "update stg.readings set temperature_c = -300 where record_number < 10",
     {"readings: temperature is possible", "readings: temperature is plausible"}),
    ("after_staging", "update stg.readings set power_w = null where record_number > 30",
     {"readings: a source keeps its values", "readings: a source has few gaps in its values"}),
    ("after_staging", "update stg.readings set temperature_c = null where record_number > 80",
     {"readings: a source has few gaps in its values"}),
    ("after_staging", "insert into stg.readings select * from stg.readings",
     {"readings: at most a tenth of the readings are copies of another"}),
    ("after_staging", "insert into stg.labels (load_id, control_id) values ('L1', 'elsewhere')",
     {"labels: a label is about a machine that has sent something"}),
    ("after_staging", "delete from stg.rejects",
     {"files: what files say was rejected is in the rejects"}),
    ("after_staging", "update stg.sources set source = 'other'",
     {"sources: a source that delivered is declared"}),
    ("after_llm", "update llm.assessments set status = 'invalid', is_usable = false, "
     "error = 'cites nothing' where assessment_date > date '2026-01-16'",
     {"assessments: at most a tenth of the answers are bad",
      "assessments: at most a fiftieth of the answers are bad"}),
    ("after_llm", "update llm.assessments set status = 'pending', is_usable = false "
     "where assessment_date > date '2026-01-05'",
     {"assessments: no answer is pending"}),
    ("after_llm", "update llm.assessments set summary = ' ' "
     "where assessment_date = date '2026-01-05'",
     {"assessments: a usable answer says something and who said it"}),
    ("after_llm", "update llm.assessments set cited_cycle_ids = ['c0', 'c99'] "
     "where assessment_date = date '2026-01-05'",
     {"assessments: a usable answer cites cycles of its own machine that exist"}),
    ("after_llm", "update llm.assessments set confidence = 1.5 "
     "where assessment_date = date '2026-01-05'",
     {"assessments: confidence is a share"}),
    ("after_llm", "delete from llm.assessments where assessment_date = date '2026-01-05'",
     {"evidence: each machine and day with issues has its answer or waits for it",
      "evaluations: a judgement is about an assessment"}),
    ("after_llm", "insert into llm.assessments select * from llm.assessments limit 1",
     {"assessments: control_id + assessment_date is unique"}),
    ("after_llm", "update llm.evaluations set faithfulness = 7 "
     "where assessment_date = date '2026-01-05'",
     {"evaluations: faithfulness is a score"}),
    ("after_llm", "update llm.evaluations set reason = null "
     "where assessment_date = date '2026-01-05'",
     {"evaluations: a judgement has all its scores and a reason"}),
    ("after_llm", "update llm.evaluations set is_passed = false",
     {"evaluations: most assessments pass their judgement"}),
    ("before_release", "delete from marts.readings "
     "where reading_at < timestamp '2026-01-01 00:00:05'",
     {"landed: readings and dropped copies are what landed, for each machine and new day"}),
    ("before_release", "insert into marts.readings select * from marts.readings limit 3",
     {"landed: readings and dropped copies are what landed, for each machine and new day"}),
    ("before_release", "insert into marts.cycles select * from marts.cycles limit 1",
     {"cycles: cycle_id is unique"}),
    ("before_release", "delete from marts.rejected_cycles where cycle_id = 'c19'",
     {"cycles: valid + rejected = all"}),
    ("before_release", "update marts.cycles set is_valid = true where cycle_id = 'c19'",
     {"cycles: valid + rejected = all"}),
    ("before_release", "update marts.cycles set ended_at = null where cycle_id = 'c3'",
     {"cycles: ended_at is filled"}),
    ("before_release", "update marts.cycle_stages set cycle_id = 'c99' where cycle_id = 'c3'",
     {"cycle_stages: cycle_id is one of cycles"}),
    ("before_release", "update marts.baselines set p95 = 9.5 where baseline_id = 'b1'",
     {"baselines: a baseline's figures are in order"}),
    ("before_release", "update marts.cycle_variance set variance_class = 'odd' "
     "where cycle_id = 'c1'",
     {"cycle_variance: variance_class is a known one"}),
    ("before_release", "update marts.issues set cycle_ids = ['c98'] where issue_id = 'i1'",
     {"issues: an issue names cycles of its machine that exist"}),
    ("before_release", "insert into marts.stage_curves select * from marts.stage_curves limit 1",
     {"stage_curves: cycle_id + stage + point is unique"}),
    ("before_release", "update marts.assessments set assessment_date = date '2020-01-01' "
     "where assessment_date = date '2026-01-02'",
     {"assessments: an assessment is about a machine and day with issues",
      "assessment_evaluations: an evaluation is about an assessment"}),
    ("before_release", "delete from marts.reports where report_date = date '2026-01-02'",
     {"reports: each day with issues has its report"}),
    ("before_release", "update marts.detection_quality set f1 = 1.2",
     {"detection_quality: f1 is a share"}),
    ("before_release", "insert into marts.point_anomalies select * from marts.point_anomalies "
     "limit 1",
     {"point_anomalies: a reading of the newest two days has one score"}),
    ("before_release", "update marts.files set rows_superseded = rows_accepted + 1",
     {"files: rows in = accepted + duplicate + rejected, and no more gave way than came"}),
    ("before_release", "update marts.sensor_values set value = null",
     {"sensor_values: value is filled"}),
    ("before_release", "insert into marts.source_columns select * from marts.source_columns",
     {"source_columns: source + column_name is unique"}),
]  # fmt: skip


@pytest.mark.parametrize("when", HANDED)
def test_sound_tables_pass(session: duckdb.DuckDBPyConnection, when: str) -> None:
    make_sound(session)
    rows = pass_gate(session, "telemetry", when, HANDED[when])
    assert not [row["promise_id"] for row in rows if not row["success"]]


@pytest.mark.parametrize("when", HANDED)
def test_a_lake_in_which_nothing_has_landed_passes(
    session: duckdb.DuckDBPyConnection, when: str
) -> None:
    make_sound(session)
    empty_all(session)
    pass_gate(session, "telemetry", when, HANDED[when])
    assert broken("telemetry", when) <= {"files: something has landed"}


@pytest.mark.parametrize(
    ("when", "planted", "expected"), PLANTED, ids=[min(case[2]) for case in PLANTED]
)
def test_what_is_planted_is_found(
    session: duckdb.DuckDBPyConnection, when: str, planted: str, expected: set[str]
) -> None:
    make_sound(session)
    session.execute(planted)
    assert_found(session, "telemetry", when, HANDED[when], expected)


def test_rows_that_a_declaration_leaves_out_say_nothing_of_the_rest(
    session: duckdb.DuckDBPyConnection,
) -> None:
    make_sound(session)
    session.execute("update raw.files set rows_in = rows_accepted + 400, rows_rejected = 400")
    session.execute(
        "insert into raw.rejects by name select load_id, source, source_file, 'not_wanted' as "
        "reason, 'the row lies before the declared `since`' as error from raw.files, range(400)"
    )
    with pytest.raises(GateFailed, match="held back"):
        pass_gate(session, "telemetry", "after_landing", HANDED["after_landing"])
    session.execute("update raw.rejects set reason = 'before_since' where reason = 'not_wanted'")
    pass_gate(session, "telemetry", "after_landing", HANDED["after_landing"])
    assert broken("telemetry", "after_landing") == set()


def test_a_day_with_far_less_than_usual_is_told(session: duckdb.DuckDBPyConnection) -> None:
    make_sound(session)
    for days in range(1, 6):
        session.execute(
            "insert into raw.files by name select * replace (landed_at - to_days($days) as "
            "landed_at, 1000 as rows_accepted, 1001 as rows_in, 'L0' as load_id) from raw.files "
            "where load_id = 'L1'",
            {"days": days},
        )
    with pytest.raises(GateFailed):  # their readings are not there: another promise's affair
        pass_gate(session, "telemetry", "after_landing", HANDED["after_landing"])
    assert "files: a day brings at least a third of what is usual for its source" in broken(
        "telemetry", "after_landing"
    )


def remember_release(table: str, rows: int) -> None:
    """Note a released table of release 1 in the journal."""
    with journal.journal() as connection:
        known = connection.execute("pragma table_info(release_tables)").fetchall()
    row = {column["name"]: "" for column in known if column["notnull"]}
    row |= {"release_id": 1, "domain": "telemetry", "table_name": table, "rows": rows}
    journal.put("release_tables", [row | {"is_unchanged": 0}])


def test_a_mart_that_lost_most_of_its_rows_is_not_released(
    session: duckdb.DuckDBPyConnection,
) -> None:
    make_sound(session)
    for name, rows in (("cycles", 50), ("readings", 500), ("issues", 100)):
        remember_release(name, rows)
    with pytest.raises(GateFailed, match="cycles has at least 50% of the rows"):
        pass_gate(session, "telemetry", "before_release", HANDED["before_release"])
    assert broken("telemetry", "before_release") == {
        "cycles: cycles has at least 50% of the rows of the last release",
        "issues: issues has at least 50% of the rows of the last release",
    }

"""Landing end to end, in lakes of a few rows."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

import pytest

from ingestion.__main__ import REFUSED
from ingestion.lakehouse.catalog import catalog
from ingestion.lakehouse.file_lock import exclusive
from tests.ingestion.lakes import HEAD, PLANT, Plant, csv


def test_what_is_delivered_lands_and_the_books_balance(plant: Plant) -> None:
    plant.deliver("day1.csv", csv(0, 10) + "a,yesterday,1\n")
    plant.deliver("day2.csv.gz.csv", csv(10, 5))
    assert plant.land() == 0
    assert plant.rows("select count(*), sum(power) from readings") == [(15, 105.0)]
    assert plant.rows("select line_number, reason, raw_text from rejects") == [
        (12, "bad_timestamp", "a,yesterday,1")
    ]
    assert plant.rows("select source, kind, label_level from sources") == [
        ("plant", "cycles", "none")
    ]
    plant.check_books()


def test_a_first_load_waits_for_no_job_that_is_done(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[bool] = []

    class Told(BoundedSemaphore):
        def acquire(self, *given: Any, **named: Any) -> bool:
            waits.append(super().acquire(*given, **named))
            return waits[-1]

    monkeypatch.setattr("dlt.load.load.BoundedSemaphore", Told)
    plant.deliver("day1.csv", csv(0, 10))
    assert plant.land() == 0
    assert len(waits) > 5 and all(waits)  # False: a second went by


def test_a_second_run_with_nothing_new_commits_nothing(plant: Plant) -> None:
    plant.deliver("day1.csv", csv(0, 10))
    plant.land()
    before = dict.fromkeys(plant.tables())
    pointers = {name: catalog().load_table(f"raw_telemetry.{name}").metadata_location
                for name in before}  # fmt: skip
    assert plant.land() == 0
    assert pointers == {
        name: catalog().load_table(f"raw_telemetry.{name}").metadata_location for name in before
    }


def test_a_known_content_is_counted_not_loaded_whatever_its_name(plant: Plant) -> None:
    first = plant.deliver("day1.csv", csv(0, 10))
    plant.land()
    shutil.copy(first, plant.folder / "copy.csv")
    os.utime(first, (1, 1))  # the same file sent again over the first one
    plant.land()
    assert plant.rows("select count(*) from readings") == [(10,)]
    assert plant.rows(
        "select status, rows_in, rows_accepted, rows_duplicate from files order by landed_at"
    ) == [("loaded", 10, 10, 0), ("duplicate", 10, 0, 10), ("duplicate", 10, 0, 10)]
    plant.check_books()


def test_two_copies_in_one_delivery_land_once(plant: Plant) -> None:
    plant.deliver("a.csv", csv(0, 10))
    plant.deliver("b.csv", csv(0, 10))
    plant.land()
    assert plant.rows("select count(*) from readings") == [(10,)]
    assert plant.rows("select sum(rows_duplicate) from files") == [(10,)]


def test_without_its_memory_a_landing_still_loads_nothing_twice(plant: Plant) -> None:
    plant.deliver("day1.csv", csv(0, 10))
    plant.land()
    (plant.lake / "dlt" / "telemetry_seen.db").unlink()
    plant.land()
    assert plant.rows("select count(*) from readings") == [(10,)]
    assert plant.rows("select count(*) from files") == [(1,)]


def test_a_file_that_grew_lands_whole_and_staging_tells_the_copies(plant: Plant) -> None:
    plant.deliver("day1.csv", csv(0, 10))
    plant.land()
    plant.deliver("day1.csv", csv(0, 12))
    plant.land()
    assert plant.rows("select count(*), count(distinct reading_at) from readings") == [(22, 12)]


def test_a_file_refused_whole_is_a_row_with_its_reason_and_others_land(plant: Plant) -> None:
    plant.deliver("good.csv", csv(0, 3))
    plant.deliver("other.csv", "a;b\n1;2\n")
    plant.deliver("broken.parquet", b"PAR1 no parquet PAR1")
    plant.deliver("empty.csv", b"")
    assert plant.land() == REFUSED
    assert plant.rows("select status, count(*) from files group by all order by all") == [
        ("loaded", 1), ("rejected", 3),
    ]  # fmt: skip
    assert plant.rows("select reason from rejects order by all") == [
        ("corrupt_parquet",), ("empty_file",), ("missing_column",),
    ]  # fmt: skip
    plant.check_books()


def test_a_refused_file_is_read_again_when_its_source_is_declared_anew(plant: Plant) -> None:
    plant.deliver("other.csv", csv(0, 3).replace(",", ";"))
    plant.land()
    plant.land()
    assert plant.rows("select count(*) from files") == [(1,)]
    plant.declare(PLANT.replace('**/*"', '**/*", dialect: {{delimiter: ";"}}'))
    plant.land()
    assert plant.rows("select count(*) from readings") == [(3,)]
    assert plant.rows("select count(*) from sources") == [(2,)]


def test_a_new_column_lands_and_is_noted_and_a_lost_one_too(plant: Plant) -> None:
    plant.deliver("day1.csv", csv(0, 2))
    plant.land()
    plant.deliver("day2.csv", "machine,time,power,flow\na,2024-01-02,1,7\n")
    plant.land()
    plant.deliver("day3.csv", "machine,time,power\na,2024-01-03,1\n")
    plant.land()
    assert plant.rows("select sensor, value from sensor_values") == [("flow", 7.0)]
    assert plant.rows(
        "select column_name, change, \"use\" from source_columns where column_name = 'flow' "
        "order by noticed_at"
    ) == [("flow", "new", "sensor"), ("flow", "gone", None)]


def test_a_changed_type_is_refused_and_the_next_good_load_passes(plant: Plant) -> None:
    plant.deliver("day1.csv", "machine,time,power,flow\na,2024-01-01,1,7\n")
    plant.land()
    plant.deliver("day2.csv", "machine,time,power,flow\na,2024-01-02,1,high\n")
    plant.land()
    plant.deliver("day3.csv", "machine,time,power,flow\na,2024-01-03,1,8\n")
    plant.land()
    assert plant.rows("select reason, column_name from rejects") == [("not_a_number", "flow")]
    assert plant.rows("select value from sensor_values order by all") == [(7.0,), (8.0,)]
    plant.check_books()


def test_packages_are_bounded(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    for day in range(4):
        plant.deliver(f"day{day}.csv", csv(day * 10, 10))
    monkeypatch.setenv("SLUICE_PACKAGE_BYTES", "600")
    plant.land()
    assert plant.rows("select count(distinct load_id), count(*) from readings") == [(2, 40)]


def test_one_path_is_landed_alone(plant: Plant, tmp_path: Path) -> None:
    plant.deliver("day1.csv", csv(0, 10))
    elsewhere = tmp_path / "usb.csv"
    elsewhere.write_text(csv(50, 5))
    assert plant.land("--path", str(elsewhere)) == 0
    assert plant.rows("select count(*) from readings") == [(5,)]


def test_a_source_of_ones_own_without_files_is_told_at_the_end_and_by_the_exit_code(
    plant: Plant, capsys: pytest.CaptureFixture[str]
) -> None:
    from ingestion.__main__ import main

    assert plant.land() == 2
    assert "no file at" in capsys.readouterr().err
    assert main(["telemetry"]) == 1
    said = capsys.readouterr()
    assert "Warning: source plant is not there: no file at" in said.err
    assert "plant.yml" in said.err
    assert "nab" not in said.out + said.err  # which comes with the project, and nobody asked for
    assert main(["telemetry", "--source", "plnat"]) == 2
    assert "'plnat' is not declared" in capsys.readouterr().err


def test_a_second_landing_says_who_holds_the_lock(
    plant: Plant, capsys: pytest.CaptureFixture[str]
) -> None:
    plant.deliver("day1.csv", csv(0, 1))
    with exclusive(plant.lake / "dlt" / "telemetry.lock", "Landing"):
        assert plant.land() == 3
    assert f"locked by process {os.getpid()} since" in capsys.readouterr().err


def test_a_catalog_in_memory_is_refused(
    plant: Plant, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from ingestion.lakehouse.settings import reset_settings

    plant.deliver("day1.csv", csv(0, 1))
    monkeypatch.setenv("SLUICE_CATALOG_URI", "sqlite:///:memory:")
    reset_settings()
    assert plant.land() == 2
    assert "forgets every load" in capsys.readouterr().err


def test_labels_are_three_valued_and_windows_follow_the_file(plant: Plant) -> None:
    plant.declare(
        """
source: plant
kind: series
files: {{paths: "{folder}/*/*.csv"}}
columns:
  control_id: {{file: path, prefix: set/}}
  reading_at: {{column: time}}
labels:
  columns: [{{column: bad, issue_kind: leak}}]
  windows: {{paths: "{folder}/labels/windows.json"}}
"""
    )
    plant.deliver("x/one.csv", "time,v,bad\n2024-01-01,1,0\n2024-01-02,2,1\n2024-01-03,3,\n"
                  "2024-01-04,3,maybe\n")  # fmt: skip
    plant.deliver(
        "labels/windows.json",
        '{"x/one.csv": [["2024-01-01 06:00:00", "2024-01-02"], ["?", "2024"]], "x/two.csv": []}',
    )
    plant.land()
    assert plant.rows(
        "select control_id, label_level, issue_kind, is_anomaly, started_at::varchar, "
        "ended_at::varchar from labels order by started_at"
    ) == [
        ("set/x/one", "window", "anomaly", True, "2024-01-01 06:00:00", "2024-01-02 00:00:00"),
        ("set/x/one", "reading", "leak", True, "2024-01-02 00:00:00", "2024-01-02 00:00:00"),
        ("set/x/one", "reading", "leak", None, "2024-01-03 00:00:00", "2024-01-03 00:00:00"),
    ]
    assert plant.rows("select reason from rejects order by all") == [
        ("bad_label",), ("bad_timestamp",),
    ]  # fmt: skip
    assert plant.rows("select distinct sensor from sensor_values") == [("v",)]


def test_spans_of_cycles_land_as_labels(plant: Plant) -> None:
    plant.declare(
        PLANT
        + """
labels:
  spans:
    paths: "{folder}/truth/*.csv"
    control_id: {{column: machine}}
    cycle_id: {{column: cycle, per: control}}
    started_at: {{column: start, zone: Europe/Berlin}}
    issue_kind_column: kind
    is_anomaly_column: bad
"""
    )
    plant.deliver("day1.csv", csv(0, 2))
    plant.deliver(
        "truth/t.csv",
        HEAD.replace("time,power", "cycle,start,kind,bad") + "a,7,2024-07-01 02:00:00,drift,1\n"
        "a,8,,short_cycle,\na,,,drift,1\na,9,never,drift,1\n",
    )
    plant.land()
    assert plant.rows(
        "select cycle_id, label_level, issue_kind, is_anomaly, started_at::varchar "
        "from labels order by cycle_id"
    ) == [
        ("a/7", "cycle", "drift", True, "2024-07-01 00:00:00"),
        ("a/8", "cycle", "short_cycle", None, None),
    ]
    assert plant.rows("select line_number, reason from rejects order by 1") == [
        (4, "missing_label_time"), (5, "bad_timestamp"),
    ]  # fmt: skip


def test_files_carry_ranges_that_prune(plant: Plant) -> None:
    plant.deliver("day1.csv", csv(0, 10))
    plant.land()
    table = catalog().load_table("raw_telemetry.readings")
    fields = {field.name: field.field_id for field in table.schema().fields}
    (task,) = table.scan().plan_files()
    assert fields["reading_at"] in task.file.lower_bounds
    assert fields["load_id"] in task.file.lower_bounds
    assert table.properties["commit.retry.num-retries"] == "20"
    assert list(table.scan("reading_at > '2025-01-01T00:00:00'").plan_files()) == []


def test_a_corrected_file_that_is_taken_back_is_read_again(plant: Plant) -> None:
    first, second = csv(0, 3), csv(0, 3).replace(",2\n", ",99\n")
    for body in (first, second, first):
        plant.deliver("day.csv", body)
        plant.land()
    assert plant.rows("select status, rows_accepted from files order by landed_at") == [
        ("loaded", 3),
        ("loaded", 3),
        ("loaded", 3),
    ]
    plant.check_books()


KILOWATTS = PLANT.replace("unit: W", "unit: kW")


def test_a_declaration_that_says_other_values_has_its_files_read_again(
    plant: Plant, capsys: pytest.CaptureFixture[str]
) -> None:
    plant.deliver("day1.csv", csv(0, 3))
    plant.deliver("copy.csv", csv(0, 3))
    gone = plant.deliver("day2.csv", csv(3, 2))
    plant.land()
    gone.unlink()
    plant.declare(KILOWATTS)
    capsys.readouterr()
    assert plant.land() == 0
    told = capsys.readouterr().out
    assert "2 delivered file(s)" in told
    assert "read again; ARGS=--keep leaves them as they are" in told
    assert f"{gone} is gone" in told
    assert plant.rows(
        "select power_unit, count(*) from readings group by 1 order by min(load_id)"
    ) == [("W", 5), ("kW", 3)]
    assert plant.rows("select earlier_rows from sources order by declared_at") == [
        (None,),
        ("read_again",),
    ]
    before = plant.rows("select count(*) from files")
    assert plant.land() == 0
    assert plant.rows("select count(*) from files") == before
    plant.check_books()


@pytest.mark.parametrize(
    "text",
    [
        "description: Presses of hall 3\n" + PLANT.lstrip(),
        PLANT + "lead_in_share: 0.2\n",
    ],
)
def test_a_declaration_that_says_the_same_values_has_nothing_read_again(
    plant: Plant, text: str
) -> None:
    plant.deliver("day1.csv", csv(0, 3))
    plant.land()
    plant.declare(text)
    plant.land()
    assert plant.rows("select count(*) from readings") == [(3,)]
    assert plant.rows("select count(*) from sources") == [(2,)]


def test_files_of_an_earlier_declaration_may_be_kept_for_good(plant: Plant) -> None:
    plant.deliver("day1.csv", csv(0, 3))
    plant.land()
    plant.declare(KILOWATTS)
    assert plant.land("--keep") == 0
    shutil.rmtree(plant.lake / "dlt", ignore_errors=True)  # nor when the memory is lost
    plant.deliver("day2.csv", csv(3, 2))
    assert plant.land() == 0
    assert plant.rows("select power_unit, count(*) from readings group by all order by 1") == [
        ("W", 3),
        ("kW", 2),
    ]


def test_a_reading_again_that_is_killed_goes_on_with_the_rest(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        plant.deliver(f"day{number}.csv", csv(3 * number, 3))
    plant.land()
    plant.declare(KILOWATTS)
    small = {"SLUICE_PACKAGE_BYTES": "70"}  # a package for each file
    assert plant.land_apart("after-memory:1", **small).returncode not in (0, 1)
    read = plant.rows("select count(*) from readings where power_unit = 'kW'")[0][0]
    assert 0 < read < 9
    assert plant.land() == 0
    assert plant.rows("select count(*) from readings where power_unit = 'kW'") == [(9,)]


def test_a_file_without_the_label_column_says_nothing_of_its_labels(plant: Plant) -> None:
    plant.declare(PLANT + "labels: {{columns: [{{column: bad}}]}}\n")
    plant.deliver("a.csv", "machine,time,power,bad\na,2024-01-01,1,0\na,2024-01-02,1,1\n")
    plant.deliver("b.csv", "machine,time,power\na,2024-01-03,1\n")
    plant.land()
    labels = "select started_at::date::varchar, is_anomaly from labels order by 1"
    assert plant.rows(labels) == [("2024-01-02", True), ("2024-01-03", None)]

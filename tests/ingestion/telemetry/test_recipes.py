"""Public data sets need a declaration and no code: files of the shapes those sets have."""

from __future__ import annotations

import json

import pytest

from ingestion.__main__ import main
from tests.ingestion.lakes import Plant

SKAB = """
source: plant
kind: series
files:
  paths: "{folder}/*/*.csv"
  dialect: {{delimiter: ";"}}
columns:
  control_id: {{file: path, prefix: skab/}}
  reading_at: {{column: datetime}}
labels:
  columns:
    - {{column: anomaly}}
    - {{column: changepoint, issue_kind: changepoint}}
lead_in_share: 0.3
"""


def test_one_experiment_for_each_file_with_two_label_columns(plant: Plant) -> None:
    sensors = ["Accelerometer1RMS", "Current", "Pressure", "Volume Flow RateRMS"]
    plant.declare(SKAB)
    head = ";".join(["datetime", *sensors, "anomaly", "changepoint"])
    for folder, marks in (("valve1", ["0.0;0.0", "1.0;1.0", "1.0;0.0"]), ("other", ["0.0;0.0"])):
        rows = [
            f"2020-03-09 10:14:{33 + index};0.027;1.3;0.05;32.0;{mark}"
            for index, mark in enumerate(marks)
        ]
        plant.deliver(f"{folder}/0.csv", "\n".join([head, *rows]) + "\n")
    assert plant.land() == 0
    assert plant.rows("select distinct control_id from readings order by 1") == [
        ("skab/other/0",), ("skab/valve1/0",),
    ]  # fmt: skip
    assert plant.rows("select sensor, count(*) from sensor_values group by 1 order by 1") == [
        (name, 4) for name in sensors
    ]
    assert plant.rows(
        "select issue_kind, control_id, count(*) from labels group by all order by 1"
    ) == [("anomaly", "skab/valve1/0", 2), ("changepoint", "skab/valve1/0", 1)]
    assert plant.rows("select kind, label_level, lead_in_share from sources") == [
        ("series", "reading", 0.3)
    ]
    plant.check_books()


def test_the_shipped_recipes_read_files_of_their_sets(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLUICE_DATA", str(plant.folder))
    for name, values in (("realTweets/Twitter_AAPL", "1\n2"), ("realKnownCause/nyc_taxi", "3\n4")):
        lines = [f"2014-07-0{day} 00:00:00,{value}" for day, value in enumerate(values.split(), 1)]
        plant.deliver(f"telemetry/nab/{name}.csv", "timestamp,value\n" + "\n".join(lines))
    plant.deliver(
        "telemetry/nab/labels/combined_windows.json",
        json.dumps({
            "realTweets/Twitter_AAPL.csv": [
                ["2014-07-01 00:00:00.000000", "2014-07-01 12:00:00.000000"]
            ],
            "realKnownCause/nyc_taxi.csv": [],
        }),
    )  # fmt: skip
    plant.deliver(
        "telemetry/ur3_cobotops/part2.csv",
        b"\xef\xbb\xbfNum,Timestamp,Current_J0,cycle ,Robot_ProtectiveStop,grip_lost\n"
        b'1,"""2022-10-26T08:17:21.847Z""",0.1,1,FALSE,TRUE\n2,2022-10-26T08:17:22Z,,1,,FALSE\n',
    )
    assert main(["telemetry", "--source", "nab", "--source", "ur3_cobotops"]) == 0
    assert plant.rows("select control_id, count(*) from readings group by 1 order by 1") == [
        ("nab/realKnownCause/nyc_taxi", 2), ("nab/realTweets/Twitter_AAPL", 2), ("ur3", 2),
    ]  # fmt: skip
    assert plant.rows(
        "select control_id, issue_kind, label_level, is_anomaly from labels order by 1, 2"
    ) == [
        ("nab/realTweets/Twitter_AAPL", "anomaly", "window", True),
        ("ur3", "grip_lost", "reading", True),
        ("ur3", "protective_stop", "reading", None),
    ]
    plant.check_books()

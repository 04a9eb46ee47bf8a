"""JSON lines and Parquet: the same promises as for CSV."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingestion.landing.rejecting import Unreadable
from ingestion.tables import staging_json
from tests.ingestion.reading import Read, declaration, read_file, read_text

GOOD = {"machine": "a", "time": "2024-01-01T00:00:00Z", "power": 1.5}


def lines(*records: object) -> str:
    return "".join(
        (record if isinstance(record, str) else json.dumps(record)) + "\n" for record in records
    )


def test_json_lines_are_read_and_bad_ones_refused_with_their_line(tmp_path: Path) -> None:
    body = lines(
        GOOD, "{bad", "", '"text"', "[1]", '{"machine": "a", "machine": "b"}',
        GOOD | {"power": "x"}, GOOD | {"time": None}, GOOD | {"power": "inf"}, GOOD,
        '{"machine": "\\ud800"}',
    )  # fmt: skip
    read = read_text(body, tmp_path, name="a.jsonl")
    assert len(read.readings) == 2
    assert read.reasons == [
        (2, "bad_json"),
        (4, "not_an_object"),
        (5, "not_an_object"),
        (6, "duplicate_key"),
        (11, "bad_json"),
        (7, "not_a_number"),
        (8, "missing_timestamp"),
        (9, "not_finite"),
    ]
    by_line = {reject.line_number: reject.raw_text for reject in read.rejects}
    assert by_line[2] == "{bad"
    assert json.loads(by_line[7] or "")["power"] == "x"


@pytest.mark.parametrize("on", [True, "yes"])  # numbers beside truth values are read as texts
def test_lines_of_the_usual_shape_and_odd_ones_are_read_as_each_line_alone_would_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, on: object
) -> None:
    usual = [GOOD | {"power": number / 7, "stage": None, "on": on} for number in range(3000)]
    odd = [
        "{bad", '"text"', '{"machine": "a", "machine": "b"}', "", " ",
        {"time": GOOD["time"], "machine": "b", "power": "7.5"},  # other order, a key less
        usual[0] | {"power": "x"}, usual[1] | {"power": True}, usual[2] | {"power": [1]},
        usual[3] | {"power": "1e400"}, usual[4] | {"time": "2024-02-30T00:00:00Z"},
        usual[5] | {"machine": "\u00e9 'b'"}, usual[6] | {"power": None},
        usual[7] | {"power": ""}, usual[8] | {"power": "n/a"}, usual[9] | {"power": " 12.5 "},
        usual[10] | {"power": False}, usual[11] | {"power": 2**70}, usual[12] | {"power": "nan"},
    ]  # fmt: skip
    body = lines(*usual[:1000], *odd, *usual[1000:])
    found = read_text(body, tmp_path, name="a.jsonl")
    monkeypatch.setattr(staging_json, "_usual_shape", lambda *_: None)
    alone = read_text(body, tmp_path, name="b.jsonl")
    assert found.reasons == alone.reasons
    assert [reject.raw_text for reject in found.rejects] == [
        reject.raw_text for reject in alone.rejects
    ]
    by_record = [
        sorted(((row["record_number"], row["control_id"], row["power"], row["reading_at"])
        for row in read.readings), key=lambda row: row[0])
        for read in (found, alone)
    ]  # fmt: skip
    assert by_record[0] == by_record[1]
    assert len(by_record[0]) == 3007


def test_a_file_whose_lines_have_two_shapes_is_read_whole(tmp_path: Path) -> None:
    turned = {"power": 2.5, "time": GOOD["time"], "machine": "b", "extra": 1}
    read = read_text(lines(*[GOOD, turned] * 300), tmp_path, name="a.jsonl")
    assert len(read.readings) == 600
    assert {row["value"] for row in read.tables["sensor_values"]} == {1.0}
    assert read.reasons == []


def test_a_key_that_comes_late_or_has_an_odd_name_is_a_sensor(tmp_path: Path) -> None:
    body = lines(*[GOOD] * 5, GOOD | {'odd "name".x': 3, "nested": {"deep": 1}, "flag": True})
    read = read_text(body, tmp_path, name="a.ndjson")
    found = {(row["sensor"], row["value"]) for row in read.tables["sensor_values"]}
    assert found == {('odd "name".x', 3.0)}
    assert read.converted.columns["nested"] == "ignored"


def test_a_file_of_bad_lines_only_lands_no_reading(tmp_path: Path) -> None:
    read = read_text("{\n[\n", tmp_path, name="a.jsonl")
    assert read.reasons == [(1, "bad_json"), (2, "bad_json")]


def write(tmp_path: Path, table: pa.Table, name: str = "a.parquet") -> Path:
    pq.write_table(table, tmp_path / name)
    return tmp_path / name


def read_table(tmp_path: Path, table: pa.Table, **changes: object) -> Read:
    path = write(tmp_path, table)
    return read_file(path, declaration(**changes), tmp_path / "scratch")


def test_parquet_types_are_taken_as_they_are(tmp_path: Path) -> None:
    table = pa.table(
        {
            "machine": pa.array([7.0, 8.0, None]),
            "time": pa.array([datetime(2024, 1, 1, tzinfo=UTC)] * 3, pa.timestamp("ns", "UTC")),
            "power": pa.array([1, 2, 3], pa.int32()),
            "flow": pa.array([math.nan, 2.5, 1.0]),
            "on": pa.array([True, False, True]),
        }
    )
    read = read_table(tmp_path, table)
    assert read.values("control_id") == ["7", "8"]
    assert read.values("power") == [1.0, 2.0]
    assert [row["value"] for row in read.tables["sensor_values"]] == [2.5]
    assert read.reasons == [(3, "missing_control_id")]
    assert json.loads(read.rejects[0].raw_text or "")["power"] == 3


def test_local_times_in_parquet_get_their_zone(tmp_path: Path) -> None:
    table = pa.table({"time": [datetime(2024, 7, 1, 12)], "power": [1.0]})
    read = read_table(
        tmp_path,
        table,
        columns={
            "control_id": {"file": "stem"},
            "reading_at": {"column": "time", "zone": "Europe/Berlin"},
            "power": {"column": "power", "unit": "W"},
        },
    )
    assert read.values("reading_at") == [datetime(2024, 7, 1, 10)]
    assert read.values("control_id") == ["a"]


def test_a_power_that_became_text_is_refused_row_by_row(tmp_path: Path) -> None:
    table = pa.table(
        {"machine": ["a", "a"], "time": ["2024-01-01", "2024-01-02"], "power": ["1.5", "much"]}
    )
    read = read_table(tmp_path, table)
    assert read.values("power") == [1.5]
    assert read.reasons == [(2, "not_a_number")]


def test_names_that_differ_by_case_only_do_not_hide_each_other(tmp_path: Path) -> None:
    table = pa.table(
        [["a"], ["2024-01-01"], [1.0], [2.0]], names=["machine", "time", "power", "POWER"]
    )
    read = read_table(tmp_path, table)
    assert read.values("power") == [1.0]
    assert read.tables["sensor_values"][0]["sensor"] == "POWER"


@pytest.mark.parametrize("damage", ["truncated", "flipped footer", "no parquet", "empty"])
def test_damaged_parquet_is_refused_whole(damage: str, tmp_path: Path) -> None:
    table = pa.table({"machine": ["a"] * 500, "time": ["2024-01-01"] * 500, "power": [1.0] * 500})
    path = write(tmp_path, table)
    body = bytearray(path.read_bytes())
    if damage == "truncated":
        body = body[: len(body) // 2]
    elif damage == "flipped footer":
        body[-12:-8] = b"\xff\xff\xff\xff"
    elif damage == "no parquet":
        body = bytearray(b"PAR1 this is none PAR1")
    else:
        body = bytearray(b"PAR1")
    path.write_bytes(bytes(body))
    with pytest.raises(Unreadable) as refused:
        read_file(path, declaration(), tmp_path / "scratch")
    assert refused.value.reason == "corrupt_parquet"

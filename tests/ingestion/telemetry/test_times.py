"""Times become UTC exactly, or the row says why not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.tables.grammar import Instant
from ingestion.tables.instants import instant_sql
from tests.ingestion.reading import connect, declaration, read_text


def read_times(values: list[str], **keys: Any) -> list[tuple[datetime | None, str | None]]:
    """Read values as a declared time; returns (UTC, problem) of each."""
    instant = Instant(column=("t",), **keys)
    connection = connect()
    connection.execute("create table given (t varchar, n integer)")
    connection.executemany(
        "insert into given values (?, ?)", list(zip(values, range(999), strict=False))
    )
    time = instant_sql(instant, [("t", "VARCHAR")], None, None)
    low, high = connection.execute(
        f"select min({time.local}), max({time.local}) from {time.over('given')} "
        f"where {time.local} between timestamp '1970-01-01' and timestamp '2100-01-01'"
    ).fetchall()[0]
    time = instant_sql(instant, [("t", "VARCHAR")], low, high)
    return connection.execute(
        f"select {time.utc}, {time.problem} from {time.over('given')} order by n"
    ).fetchall()


@pytest.mark.parametrize(
    ("value", "keys", "expected"),
    [
        ("2024-01-02 03:04:05", {}, datetime(2024, 1, 2, 3, 4, 5)),
        ("2024-01-02T03:04:05.678901Z", {}, datetime(2024, 1, 2, 3, 4, 5, 678901)),
        ("2024-01-02T03:04:05+05:30", {}, datetime(2024, 1, 1, 21, 34, 5)),
        ("2024-07-02 03:04:05", {"zone": "Europe/Berlin"}, datetime(2024, 7, 2, 1, 4, 5)),
        ("2024-07-02 03:04:05Z", {"zone": "Europe/Berlin"}, datetime(2024, 7, 2, 3, 4, 5)),
        ("1704164645", {"format": "epoch_s"}, datetime(2024, 1, 2, 3, 4, 5)),
        ("1704164645.678901", {"format": "epoch_s"}, datetime(2024, 1, 2, 3, 4, 5, 678901)),
        ("1704164645678", {"format": "epoch_ms"}, datetime(2024, 1, 2, 3, 4, 5, 678000)),
        ("1704164645678901", {"format": "epoch_us"}, datetime(2024, 1, 2, 3, 4, 5, 678901)),
        ("1704164645678901999", {"format": "epoch_ns"}, datetime(2024, 1, 2, 3, 4, 5, 678901)),
        ("-1", {"format": "epoch_s"}, datetime(1969, 12, 31, 23, 59, 59)),
        ("01/02/2024", {"format": "%d/%m/%Y"}, datetime(2024, 2, 1)),
        ("02.01.2024", {"format": ["iso", "%d.%m.%Y"]}, datetime(2024, 1, 2)),
        ("2024-01-02 03:04 +0200", {"format": "%Y-%m-%d %H:%M %z"}, datetime(2024, 1, 2, 1, 4)),
    ],
)
def test_a_time_is_read_as_declared(value: str, keys: dict[str, Any], expected: datetime) -> None:
    assert read_times([value], **keys) == [(expected, None)]


@pytest.mark.parametrize(
    ("value", "keys", "reason"),
    [
        ("01/02/2024", {}, "bad_timestamp"),
        ("20240102", {}, "bad_timestamp"),
        ("yesterday", {}, "bad_timestamp"),
        ("2024-02-30", {}, "bad_timestamp"),
        (" ", {}, "missing_timestamp"),
        ("99999999999999999999", {"format": "epoch_s"}, "bad_timestamp"),
        ("1e400", {"format": "epoch_s"}, "bad_timestamp"),
        ("2024-03-31 02:30:00", {"zone": "Europe/Berlin"}, "nonexistent_local_time"),
        ("2024-10-27 02:30:00", {"zone": "Europe/Berlin"}, "ambiguous_local_time"),
    ],
)
def test_a_time_that_is_none_or_two_is_refused(
    value: str, keys: dict[str, Any], reason: str
) -> None:
    assert read_times([value], **keys)[0][1] == reason


@pytest.mark.parametrize(("choice", "hour"), [("earlier", 0), ("later", 1)])
def test_the_hour_shown_twice_is_read_as_declared(choice: str, hour: int) -> None:
    found = read_times(["2024-10-27 02:30:00"], zone="Europe/Berlin", ambiguous=choice)
    assert found == [(datetime(2024, 10, 27, hour, 30), None)]


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    zone=st.sampled_from(
        ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"]
    ),
    moments=st.lists(
        st.datetimes(datetime(1975, 1, 1), datetime(2090, 1, 1)), min_size=1, max_size=20
    ),
)
def test_every_zone_agrees_with_python(zone: str, moments: list[datetime]) -> None:
    moments = [moment.replace(microsecond=0) for moment in moments]
    clock = [moment.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)) for moment in moments]
    found = read_times([f"{local:%Y-%m-%d %H:%M:%S}" for local in clock], zone=zone)
    for moment, local, (utc, problem) in zip(moments, clock, found, strict=True):
        bare = local.replace(tzinfo=None)
        offsets = {bare.replace(tzinfo=ZoneInfo(zone), fold=fold).utcoffset() for fold in (0, 1)}
        if len(offsets) == 1:
            assert (utc, problem) == (moment, None)
        else:
            assert problem == "ambiguous_local_time"


def test_the_hours_around_a_change_of_clocks_are_exact(tmp_path: Path) -> None:
    start = datetime(2024, 10, 26, 22, tzinfo=UTC)
    moments = [start + timedelta(minutes=10 * step) for step in range(40)]
    berlin = ZoneInfo("Europe/Berlin")
    lines = [f"a,{moment.astimezone(berlin):%d.%m.%Y %H:%M},1" for moment in moments]
    declared = declaration(
        columns={
            "control_id": {"column": "machine"},
            "reading_at": {
                "column": "time", "format": "%d.%m.%Y %H:%M", "zone": "Europe/Berlin"
            },
            "power": {"column": "power", "unit": "W"},
        }
    )  # fmt: skip
    read = read_text("machine,time,power\n" + "\n".join(lines), tmp_path, declared)
    assert read.values("reading_at") == [moment.replace(tzinfo=None) for moment in moments]
    assert read.reasons == []


def test_date_and_time_in_two_columns_are_joined(tmp_path: Path) -> None:
    declared = declaration(
        columns={
            "control_id": {"constant": "a"},
            "reading_at": {"column": ["day", "clock"]},
            "power": {"column": "power", "unit": "W"},
        }
    )
    read = read_text("day,clock,power\n2024-01-02,03:04:05,1\n,,1\n", tmp_path, declared)
    assert read.values("reading_at") == [datetime(2024, 1, 2, 3, 4, 5)]
    assert read.reasons == [(3, "missing_timestamp")]


def autumn(*moments: str, machine: str = "a") -> str:
    return "".join(f"{machine},2026-10-25 {moment},1\n" for moment in moments)


def berlin(tmp_path: Path, body: str) -> tuple[list[str], list[str]]:
    """Return the UTC times of the rows that are taken, and the reasons of the others."""
    declared = declaration(
        columns={
            "control_id": {"column": "machine"},
            "reading_at": {"column": "time", "zone": "Europe/Berlin"},
            "power": {"column": "power", "unit": "W"},
        }
    )
    read = read_text("machine,time,power\n" + body, tmp_path, declared)
    return [f"{row['reading_at']:%H:%M}" for row in read.readings], [
        reason for _, reason in read.reasons
    ]


def test_the_hour_shown_twice_is_told_apart_by_the_order_of_the_file(tmp_path: Path) -> None:
    body = autumn("01:30", "02:00", "02:30", "02:00", "02:30", "03:00")
    assert berlin(tmp_path, body) == (["23:30", "00:00", "00:30", "01:00", "01:30", "02:00"], [])


def test_the_hour_is_told_apart_in_a_file_whose_newest_rows_come_first(tmp_path: Path) -> None:
    body = autumn("03:00", "02:30", "02:00", "02:30", "02:00", "01:30")
    assert berlin(tmp_path, body) == (["02:00", "01:30", "01:00", "00:30", "00:00", "23:30"], [])
    shuffled = autumn("03:00", "02:30", "02:40", "02:00", "02:50", "01:30")
    assert set(berlin(tmp_path, shuffled)[1]) == {"ambiguous_local_time"}


@pytest.mark.parametrize("newest_first", [False, True])
def test_readings_of_each_hour_have_the_hour_twice_in_a_row(
    newest_first: bool, tmp_path: Path
) -> None:
    clock = ["01:00", "02:00", "02:00", "03:00", "04:00"]
    hours = ["23:00", "00:00", "01:00", "02:00", "03:00"]
    if newest_first:
        clock, hours = clock[::-1], hours[::-1]
    assert berlin(tmp_path, autumn(*clock)) == (hours, [])


def test_the_order_is_that_of_each_machine(tmp_path: Path) -> None:
    first = autumn("02:00", "02:30", "02:00", "02:30").splitlines(keepends=True)
    other = autumn("02:15", "02:45", "02:15", "02:45", machine="b").splitlines(keepends=True)
    mixed = "".join(line for pair in zip(first, other, strict=True) for line in pair)
    taken, refused = berlin(tmp_path, mixed)
    assert refused == []
    assert taken == ["00:00", "00:15", "00:30", "00:45", "01:00", "01:15", "01:30", "01:45"]


@pytest.mark.parametrize(
    "moments",
    [
        ("02:00", "02:30", "03:00"),
        ("02:30", "02:00", "02:40", "02:10"),
        ("02:10",),
        ("02:00", "02:00", "03:00"),  # a reading that came twice, in steps of half an hour
        ("02:00", "02:00", "02:30", "02:30", "03:00"),
        ("02:00", "03:00", "02:00"),
    ],
)
def test_where_the_order_does_not_tell_the_hour_is_refused(
    moments: tuple[str, ...], tmp_path: Path
) -> None:
    _, refused = berlin(tmp_path, autumn("01:30", *moments))
    assert set(refused) == {"ambiguous_local_time"}

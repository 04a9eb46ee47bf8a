"""Energy meters give energy and power; what a counter does besides rising gives neither."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.ingestion.reading import Read, declaration, read_text


def metered(tmp_path: Path, values: list[Any], **keys: Any) -> Read:
    """Read a counter that is read once a minute."""
    declared = declaration(
        kind="series",
        columns={
            "control_id": {"column": "machine"},
            "reading_at": {"column": "time"},
            "energy": {"column": "meter", "unit": "kWh"} | keys,
        },
    )
    rows = [f"a,2024-01-01 00:{minute:02}:00,{value}" for minute, value in enumerate(values)]
    return read_text("machine,time,meter\n" + "\n".join(rows) + "\n", tmp_path, declared)


def steps(read: Read) -> list[float]:
    """Return the energy of each interval in kWh."""
    found = [row for row in read.tables["sensor_values"] if row["sensor"] == "energy_wh"]
    return [row["value"] / 1000 for row in sorted(found, key=lambda row: row["reading_at"])]


@pytest.mark.parametrize(
    ("values", "keys", "expected"),
    [
        ([1000, 1000.5, 1001], {}, [0.5, 0.5]),
        ([1000, 1001, 0.5, 1.5], {}, [1, 0.5, 1]),  # reset
        ([9998, 9999, 1, 2], {"rollover": 10000}, [1, 2, 1]),
        ([10, 11, 3, 12, 13], {}, [1, 1, 1]),  # a dip
        ([10, 11, 0, 0, 0, 12, 13], {}, [1, 1, 1]),
        ([10, 11, 9999, 12, 13], {}, [1, 1, 1]),  # a leap
        ([10, "", "", 13], {}, [3]),  # a gap
        ([1, 2, 3], {"kind": "interval"}, [1, 2, 3]),
    ],
)
def test_a_meter_gives_the_energy_of_each_interval(
    values: list[Any], keys: dict[str, Any], expected: list[float], tmp_path: Path
) -> None:
    read = metered(tmp_path, values, **keys)
    assert steps(read) == pytest.approx(expected)
    assert read.reasons == []
    assert [row["sensor"] for row in read.tables["sensor_values"]] == ["energy_wh"] * len(expected)


def test_power_is_the_mean_since_the_reading_before(tmp_path: Path) -> None:
    read = metered(tmp_path, [1000, 1000.5, "", 1001.5])
    assert read.values("power") == [None, pytest.approx(30_000), None, pytest.approx(30_000)]
    assert read.values("power_unit") == ["W"] * 4


@pytest.mark.parametrize(
    ("values", "keys", "expected"),
    [
        ([1000, 1001, 0.5, 1.5], {}, [None, 60_000, None, 60_000]),
        ([1000, 1001, 0, 1], {}, [None, 60_000, None, 60_000]),
        ([9998, 9999, 1, 2], {"rollover": 10000}, [None, 60_000, 120_000, 60_000]),
        ([4998, 4999, 1, 2], {"rollover": 10000}, [None, 60_000, None, 60_000]),
    ],
)
def test_what_a_meter_counted_before_its_reset_is_not_known_so_it_gives_no_power(
    values: list[Any], keys: dict[str, Any], expected: list[float | None], tmp_path: Path
) -> None:
    read = metered(tmp_path, values, **keys)
    found = [None if power is None else round(power, 6) for power in read.values("power")]
    assert found == expected


def test_a_word_of_a_meter_is_refused_and_counts_for_nothing(tmp_path: Path) -> None:
    read = metered(tmp_path, [1000, "broken", 1001])
    assert read.reasons == [(3, "not_a_number")]
    assert steps(read) == [1.0]

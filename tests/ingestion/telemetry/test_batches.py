"""Files of one shape are read as one; what comes of each is what it would be by itself.

That three copies of a file give three times what it gives is looked at wherever a test reads one:
see `reading.read_file`.
"""

from __future__ import annotations

import gzip
import shutil
from pathlib import Path
from typing import Any

import pytest

from ingestion.landing.reading_process import batches
from ingestion.landing.rejecting import Provenance
from ingestion.landing.worker import Job
from ingestion.telemetry.batch import convert_batch
from ingestion.telemetry.landing import TelemetrySource
from tests.ingestion.lakes import HEAD, PLANT, Plant, csv
from tests.ingestion.reading import PLAIN, connect, declaration

FLOW = "machine,time,power,flow\n"
BERLIN = PLAIN.replace("{column: time}", "{column: time, zone: Europe/Berlin, ambiguous: reject}")


def row(day: int, power: object, flow: object = 1) -> str:
    return f"a,2024-01-{day:02} 00:00:00,{power},{flow}\n"


def together(tmp_path: Path, bodies: dict[str, str | bytes], text: str = PLAIN) -> set[str]:
    """Return the names of the files that were read as one."""
    jobs = []
    for number, (name, body) in enumerate(bodies.items()):
        path = tmp_path / name
        path.write_bytes(body if isinstance(body, bytes) else body.encode())
        jobs.append(
            Job(
                number, "data", path, name, Provenance("load", "plant", str(path), ""),
                tmp_path / f"scratch{number}", "", {"known_sensors": []},
            )
        )  # fmt: skip
    found = convert_batch(connect(), declaration(text), jobs, tmp_path)
    return {name for number, name in enumerate(bodies) if number in found}


def test_what_would_be_taken_for_something_else_is_read_by_itself(tmp_path: Path) -> None:
    plain = {f"{day}.csv": FLOW + row(day, day) for day in range(1, 4)}
    odd: dict[str, str | bytes] = {
        "silent.csv": FLOW + row(5, 5, ""),
        "words.csv": FLOW + row(6, 6) + row(6, 6, "high"),
        "nothing.csv": FLOW,
        "units.csv": FLOW + ",s,W,l/min\n" + row(7, 7),
        "other.csv": HEAD + "a,2024-01-08,8\n",
        "windows.csv": (FLOW + row(9, 9)).replace("\n", "\r\n"),
        "wrong.csv": "machine;time\na;1\n",
        "empty.csv": "",
    }
    packed = {"packed.csv": gzip.compress((FLOW + row(10, 10)).encode())}
    bad = {"bad.csv": FLOW + row(11, "x") + '"open,2024-01-01,1\n' + row(11, 1)}
    assert together(tmp_path, plain | odd | packed | bad) == {*plain, *packed, *bad}


def test_one_file_alone_or_none_that_is_like_it_is_left(tmp_path: Path) -> None:
    assert together(tmp_path, {"a.csv": FLOW + row(1, 1)}) == set()
    assert together(tmp_path, {"a.csv": FLOW + row(1, 1), "b.csv": FLOW + row(2, 2, "")}) == set()


def test_where_the_order_of_a_file_tells_the_hour_it_is_read_by_itself(tmp_path: Path) -> None:
    hours = {
        day: HEAD + "".join(f"a,2024-10-{day} 0{hour}:30:00,1\n" for hour in range(1, 5))
        for day in (26, 27, 28)
    }
    files = {f"{day}.csv": body for day, body in hours.items()}
    assert together(tmp_path, files, BERLIN) == {"26.csv", "28.csv"}


def test_counters_and_cycles_by_file_are_read_file_by_file(tmp_path: Path) -> None:
    files = {f"{day}.csv": FLOW + row(day, day) for day in (1, 2)}
    energy = PLAIN.replace("power: {column: power, unit: W}", "energy: {column: flow, unit: Wh}")
    assert together(tmp_path, files, energy) == set()
    assert together(tmp_path, files, PLAIN + "  cycle_id: {column: flow, per: file}\n") == set()
    assert together(tmp_path, files) == set(files)


def test_a_batch_is_of_one_source_and_role_and_so_many_bytes() -> None:
    def job(number: int, source: str, role: str, weight: int) -> dict[str, Any]:
        return {"do": "file", "id": number, "source": source, "role": role, "weight": weight}

    jobs = [
        job(0, "a", "spans", 1), job(1, "a", "data", 3), job(2, "a", "data", 3),
        job(3, "a", "data", 5), job(4, "a", "data", 9), job(5, "b", "data", 1),
    ]  # fmt: skip
    shown = [[one["id"] for one in batch] for batch in batches(jobs, 6)]
    assert shown == [[0], [1, 2], [3], [4], [5]]
    assert all(len(batch) == 1 for batch in batches(jobs, 0))
    merges = [{"do": "merge", "id": table} for table in ("readings", "rejects")]
    assert list(batches(merges, 6)) == [[merges[0]], [merges[1]]]


def deliveries(plant: Plant) -> None:
    """Deliver files that can be read as one, and each kind of those that cannot."""
    for day in range(4):
        noise = "a,yesterday,1\n\nb,2024-01-01 00:00:00,x\n" * day
        plant.deliver(f"day{day}.csv", csv(day * 10, 10, f"m{day % 2}") + noise)
    plant.deliver("copy.csv", csv(0, 10, "m0"))
    plant.deliver("flow.csv", FLOW + row(1, 1) + row(2, 2, "much"))
    plant.deliver("more.csv", FLOW + row(3, 3) + row(4, 4))
    plant.deliver("silent.csv", FLOW + row(5, 3, ""))
    plant.deliver("day5.csv.gz", gzip.compress(csv(90, 5).encode()))
    plant.deliver("broken.csv.gz", gzip.compress(csv(100, 500).encode())[:60])
    plant.deliver("other.csv", "a;b\n1;2\n")
    for number in range(3):
        plant.deliver(
            f"lines{number}.jsonl",
            f'{{"machine": "j", "time": "2024-03-0{number + 1}", "power": {number}, "hum": 1}}\n'
            '{"machine": "j", "time": "2024-03-09 00:00:01", "power": 5, "hum": 2}\n{"mach\n',
        )


BOOKS = {
    "readings": "source_file, record_number, control_id, reading_at, power",
    "sensor_values": "source_file, record_number, sensor, value",
    "rejects": "source_file, line_number, column_name, reason, error, raw_text, file_hash",
    "files": "source_file, status, rows_in, rows_accepted, rows_duplicate, rows_rejected, "
    "cells_rejected, first_reading_at, last_reading_at",
    "source_columns": "column_name, use, change, number_share",
}


def test_books_are_those_of_files_read_by_themselves(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant.declare(PLANT)
    deliveries(plant)
    landed = []
    for batch_bytes in (TelemetrySource.batch_bytes, 0):
        monkeypatch.setattr(TelemetrySource, "batch_bytes", batch_bytes)
        monkeypatch.setenv("SLUICE_MODE", "sequential")  # which of two copies counts is told
        plant.land()
        plant.check_books()
        landed.append(
            {
                table: plant.rows(f"select {of} from {table} order by all")
                for table, of in BOOKS.items()
            }
        )
        shutil.rmtree(plant.lake)
    assert len(landed[0]["readings"]) == 4 * 10 + 2 + 2 + 1 + 5 + 3 * 2
    assert landed[0] == landed[1]

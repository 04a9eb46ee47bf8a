"""What lies around a landing: links in its folders, clocks and words of elsewhere, its catalog."""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from ingestion.lakehouse.settings import reset_settings
from tests.ingestion.lakes import PLANT, Plant, csv
from tests.ingestion.rest_catalog import serving


def test_links_among_deliveries_land_what_they_lead_to_once(plant: Plant, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "far.csv").write_text(csv(100, 5))
    first = plant.deliver("day1.csv", csv(0, 10))
    (plant.folder / "again.csv").symlink_to(first)
    (plant.folder / "far.csv").symlink_to(outside / "far.csv")
    (plant.folder / "nowhere.csv").symlink_to(outside / "nothing.csv")
    (plant.folder / "round").symlink_to(plant.folder)
    (plant.folder / "self").symlink_to(plant.folder / "self")
    assert plant.land() == 0
    assert plant.rows("select count(*), count(distinct reading_at) from readings") == [(15, 15)]
    plant.check_books()
    assert plant.land() == 0
    assert plant.rows("select count(*) from readings") == [(15,)]


ELSEWHERE = {"TZ": "Asia/Kathmandu", "LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8"}


def test_rows_are_the_same_wherever_and_in_whatever_language_a_landing_runs(
    plant: Plant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    zoned = PLANT.replace("{{column: time}}", "{{column: time, zone: Europe/Berlin}}")
    plant.declare(zoned)
    plant.deliver("İzmir.csv", csv(0, 10, machine="İI-ıi") + "a,yesterday,1\n")
    plant.deliver("summer.csv", 'machine,time,power\na,2024-07-01 12:00:00,"1.5"\n')
    found = []
    for name, around in (("here", {"TZ": "UTC", "LC_ALL": "C.UTF-8"}), ("there", ELSEWHERE)):
        monkeypatch.setenv("SLUICE_LAKE", str(tmp_path / name))
        reset_settings()
        done = plant.land_apart(**around)
        assert done.returncode == 0, done.stdout + done.stderr
        kept = "source, control_id, reading_at, power_w, temperature_c, source_file, row_number"
        names = [row[0] for row in plant.rows("describe readings")]
        listed = ", ".join(one for one in kept.split(", ") if one in names)
        rows = plant.rows(f"select {listed} from readings order by all")
        assert len(rows) == 11
        found.append((rows, plant.rows("select reason, raw_text, line_number from rejects")))
    assert found[0] == found[1]
    assert "2024-07-01 10:00:00" in str(plant.rows("select max(reading_at)::text from readings"))


@pytest.mark.parametrize("seconds", [2, pytest.param(60, marks=pytest.mark.long)])
def test_a_landing_waits_for_a_catalog_that_is_locked(plant: Plant, seconds: int) -> None:
    plant.deliver("day1.csv", csv(0, 10))
    assert plant.land() == 0
    plant.deliver("day2.csv", csv(10, 5))
    with closing(sqlite3.connect(plant.lake / "catalog.db", check_same_thread=False)) as holder:
        holder.isolation_level = None
        holder.execute("begin exclusive")
        letting_go = threading.Timer(seconds, lambda: holder.execute("commit"))
        began = time.monotonic()
        letting_go.start()
        done = plant.land_apart()
        letting_go.join()
        waited = time.monotonic() - began
    assert done.returncode == 0, done.stdout + done.stderr
    assert waited >= seconds  # the lock was there for as long as it was to be
    assert plant.rows("select count(*) from readings") == [(15,)]
    plant.check_books()


@pytest.mark.parametrize("table", [pytest.param("readings", marks=pytest.mark.long), "files"])
def test_a_commit_whose_answer_is_lost_is_made_once(
    plant: Plant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    with serving(tmp_path) as server:
        monkeypatch.setenv("SLUICE_CATALOG_TYPE", "rest")
        monkeypatch.setenv("SLUICE_CATALOG_URI", server.uri)
        reset_settings()
        plant.deliver("day1.csv", csv(0, 10))
        assert plant.land_apart().returncode == 0
        server.lose = table
        plant.deliver("day2.csv", csv(10, 5))
        plant.land_apart()
        assert server.lost == [table]
        done = plant.land_apart()
        assert done.returncode == 0, done.stdout + done.stderr
        assert plant.rows("select count(*), count(distinct reading_at) from readings") == [(15, 15)]
        assert plant.rows("select count(*) from files") == [(2,)]
        plant.check_books()

from __future__ import annotations

import argparse
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest

from ingestion.lakehouse import journal
from ingestion.lakehouse.lake import lake
from ingestion.landing.products import PRODUCTS
from python_models.release import live, release_file, rollback
from python_models.release.reader import open_release
from tests.python_models.publishing import build_database, make_things, mart, publish


def everything(path: Path) -> dict[str, list[tuple]]:
    """Return every row of every released table and view, read by a DuckDB without extensions."""
    with duckdb.connect(str(path.resolve()), read_only=True) as connection:
        connection.execute("set autoload_known_extensions = false")
        names = connection.execute(
            "select schema_name || '.' || view_name from duckdb_views() where not internal"
            " union all select schema_name || '.' || table_name from duckdb_tables() order by 1"
        ).fetchall()
        return {name: connection.execute(f"from {name}").fetchall() for (name,) in names}


def test_any_duckdb_opens_a_release_and_reads_rows_and_comments() -> None:
    with build_database() as build:
        make_things(build)
        publish(build, mart())
    found = everything(lake().latest)
    assert len(found["plant.things"]) == 12
    with duckdb.connect(str(lake().latest.resolve()), read_only=True) as connection:
        comments = connection.execute(
            "select comment from duckdb_columns() where table_name = 'things'"
            " and comment is not null"
        ).fetchall()
    assert comments == [("Number of the thing.",)]


def test_release_keeps_its_number_until_released_data_changes() -> None:
    numbers = []
    with build_database() as build:
        make_things(build)
        numbers.append(publish(build, mart())[0])
        numbers.append(publish(build, mart())[0])
        make_things(build, days=4)
        numbers.append(publish(build, mart())[0])
        make_things(build, days=3)
        numbers.append(publish(build, mart())[0])
    assert numbers == [1, 1, 2, 3]


def test_rows_of_a_release_do_not_change_when_later_ones_are_published() -> None:
    with build_database() as build:
        make_things(build)
        publish(build, mart())
        first = lake().latest.resolve()
        before = everything(first)
        make_things(build, days=9)
        publish(build, mart())
    assert everything(first) == before
    assert len(everything(lake().latest)["plant.things"]) == 36


def test_rolling_back_and_forward_gives_the_same_bytes() -> None:
    with build_database() as build:
        make_things(build)
        publish(build, mart())
        older = everything(lake().latest)
        make_things(build, days=5)
        publish(build, mart())
    newer, newer_bytes = everything(lake().latest), lake().latest.read_bytes()
    options = argparse.Namespace(id="1", domain=None, json=True)
    rollback.release_rollback(options)
    assert everything(lake().latest)["plant.things"] == older["plant.things"]
    rollback.release_rollback(argparse.Namespace(id="2", domain=None, json=True))
    assert everything(lake().latest) == newer
    assert lake().latest.read_bytes() == newer_bytes


def test_refresh_after_a_rollback_shows_the_older_rows_and_the_journal_of_now() -> None:
    with build_database() as build:
        for days in (1, 2):
            make_things(build, days=days)
            publish(build, mart())
    rollback.move_to(1)
    journal.record_gate_results([{"gate": "later", "invocation_id": "i", "success": False}])
    release_file.refresh(None)
    found = everything(lake().latest)
    assert len(found["plant.things"]) == 4
    assert len(found["ops.gate_results"]) == 1
    assert release_file.current_release_id() == 1


def test_build_after_a_rollback_shows_the_newest_rows_again() -> None:
    with build_database() as build:
        for days in (1, 2):
            make_things(build, days=days)
            publish(build, mart())
        rollback.move_to(1)
        assert publish(build, mart())[0] == 2
    assert len(everything(lake().latest)["plant.things"]) == 8


def test_domain_keeps_its_part_when_another_one_publishes_or_is_rolled_back() -> None:
    with build_database() as build:
        make_things(build, days=1)
        publish(build, mart())
        publish(build, mart(domain="shop"))
        make_things(build, days=2)
        publish(build, mart())
        make_things(build, days=3)
        publish(build, mart(domain="shop"))
    found = everything(lake().latest)
    assert (len(found["plant.things"]), len(found["shop.things"])) == (8, 12)
    made = rollback.move_domain("plant", 1)
    found = everything(lake().latest)
    assert made == 5
    assert (len(found["plant.things"]), len(found["shop.things"])) == (4, 12)


def test_domains_that_publish_at_the_same_time_are_both_in_the_release(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fill = release_file._fill

    def slowly(path: Path, release_id: int | None) -> None:
        time.sleep(0.3)
        fill(path, release_id)

    monkeypatch.setattr(release_file, "_fill", slowly)
    with build_database() as build:
        make_things(build)
        with ThreadPoolExecutor(2) as threads:
            found = threads.map(
                lambda domain: publish(build.cursor(), mart(domain=domain)), ["plant", "shop"]
            )
            assert sorted(release_id for release_id, _ in found) == [1, 2]
    tables = everything(lake().latest)
    assert (len(tables["plant.things"]), len(tables["shop.things"])) == (12, 12)


def test_unknown_release_is_refused_with_those_that_are_kept() -> None:
    with build_database() as build:
        make_things(build)
        publish(build, mart())
    with pytest.raises(live.NotFound, match="No release has the number '9'. Kept are 1 to 1"):
        rollback.release_rollback(argparse.Namespace(id="9", domain=None, json=True))


def test_pointer_names_the_file_by_a_path_inside_the_lake() -> None:
    with build_database() as build:
        make_things(build)
        publish(build, mart())
    assert not lake().latest.readlink().is_absolute()
    assert lake().latest.exists()


def test_release_without_domain_data_still_shows_runs_and_gates() -> None:
    journal.record_gate_results([{"gate": "first", "invocation_id": "i", "success": False}])
    release_file.refresh(None)
    found = everything(lake().latest)
    assert len(found["ops.gate_results"]) == 1
    assert found["ops.releases"] == []


@pytest.mark.parametrize("domain", PRODUCTS)
def test_rejects_can_be_asked_for_before_there_are_any(domain: str) -> None:
    release_file.write(None, None, may_shrink=True)
    with open_release() as connection:
        found = connection.execute(f"select * from {domain}.rejects").to_arrow_table()
    assert found.num_rows == 0
    assert found.column_names == PRODUCTS[domain].tables["rejects"].names

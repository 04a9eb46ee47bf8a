"""Other engines open the lake's tables over the protocol, write theirs, and cannot harm ours."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import duckdb
import pytest
import requests
from pyiceberg.catalog.rest import RestCatalog
from pyiceberg.exceptions import CommitFailedException, NoSuchTableError
from pyiceberg.table import Table

from ingestion.lakehouse import lock
from ingestion.lakehouse.catalog import catalog, metadata_locations
from ingestion.lakehouse.extensions import connect_duckdb
from ingestion.lakehouse.lake import lake, warehouse_uri
from ingestion.lakehouse.paths import local_path
from tests.ingestion.lakehouse.rest_catalog.conftest import (
    ROWS,
    TOKEN,
    Served,
    serving_apart,
)


@pytest.fixture
def duck(served: Served) -> Iterator[duckdb.DuckDBPyConnection]:
    """DuckDB with the catalog attached as `lake`."""
    with connect_duckdb() as connection:
        connection.execute(f"create secret known (type iceberg, token '{TOKEN}')")
        connection.execute(
            f"attach 'any' as lake (type iceberg, endpoint '{served.url}', secret known)"
        )
        yield connection


@pytest.fixture
def rest(served: Served) -> RestCatalog:
    """The catalog as pyiceberg opens it, with a namespace to write to."""
    opened = served.rest()
    opened.create_namespace("scratch", {"owner": "me"})
    return opened


def test_pyiceberg_and_duckdb_read_the_rows_the_lake_has(
    served: Served, duck: duckdb.DuckDBPyConnection
) -> None:
    rest = served.rest()
    assert rest.list_tables("raw_plant") == [("raw_plant", "readings")]
    read = rest.load_table("raw_plant.readings").scan().to_arrow()
    assert read.sort_by("reading_id").equals(ROWS.cast(read.schema))
    here = duckdb.from_arrow(ROWS).order("reading_id").fetchall()
    assert duck.sql("from lake.raw_plant.readings order by reading_id").fetchall() == here


def test_duckdb_makes_changes_renames_and_drops_tables_of_its_own(
    duck: duckdb.DuckDBPyConnection,
) -> None:
    duck.execute("create schema lake.scratch")
    duck.execute(
        "create table lake.scratch.slow as"
        " select reading_id, power_w::decimal(9, 3) as power_w from lake.raw_plant.readings"
    )
    duck.execute("delete from lake.scratch.slow where reading_id >= 500")
    duck.execute("update lake.scratch.slow set power_w = 0 where reading_id = 1")
    duck.execute("create table lake.scratch.seen (seen_at timestamp, n integer)")
    duck.execute("begin")
    duck.execute("insert into lake.scratch.seen values (timestamp '2026-01-02 03:04:05', 1)")
    duck.execute("insert into lake.scratch.slow values (9999, 1.5)")
    duck.execute("commit")
    count, total = duck.execute(
        "select count(*), max(reading_id) from lake.scratch.slow"
    ).fetchone()
    assert (count, total) == (501, 9999)
    own = catalog()
    assert len(own.load_table("scratch.slow").scan().to_arrow()) == 501
    assert own.load_table("scratch.seen").scan().to_arrow()["n"].to_pylist() == [1]
    duck.execute("alter table lake.scratch.seen rename to looked_at")
    assert set(metadata_locations("scratch")) == {"slow", "looked_at"}
    duck.execute("drop table lake.scratch.slow")
    assert set(metadata_locations("scratch")) == {"looked_at"}


def test_of_two_commits_on_one_state_one_wins_and_the_other_is_told(rest: RestCatalog) -> None:
    rest.create_table("scratch.things", ROWS.schema)
    tables = [rest.load_table("scratch.things") for _ in range(6)]

    def append(table: Table) -> bool:
        try:
            table.append(ROWS.slice(0, 10))
        except CommitFailedException:
            return False
        return True

    for table in tables:  # pyiceberg itself would read anew and try again
        table.metadata = table.metadata.model_copy(
            update={"properties": {"commit.retry.num-retries": "0"}}
        )
    with ThreadPoolExecutor(len(tables)) as pool:
        done = list(pool.map(append, tables))
    assert done.count(True) == 1
    assert len(catalog().load_table("scratch.things").scan().to_arrow()) == 10
    folder = Path(local_path(warehouse_uri())) / "scratch/things/metadata"
    assert len(list(folder.glob("*.metadata.json"))) == 2, "a loser's metadata is left"


def test_a_transaction_changes_all_of_its_tables_or_none(served: Served, rest: RestCatalog) -> None:
    for name in ("one", "two"):
        rest.create_table(f"scratch.{name}", ROWS.schema)
    first, second = (rest.load_table(f"scratch.{name}") for name in ("one", "two"))

    def change(name: str, table_uuid: Any, value: str) -> dict[str, Any]:
        return {
            "identifier": {"namespace": ["scratch"], "name": name},
            "requirements": [{"type": "assert-table-uuid", "uuid": str(table_uuid)}],
            "updates": [{"action": "set-properties", "updates": {"mark": value}}],
        }

    def commit(*changes: dict[str, Any]) -> int:
        body = {"table-changes": changes}
        return served.ask("POST", "transactions/commit", json=body).status_code

    def marks() -> list[str | None]:
        return [rest.load_table(f"scratch.{one}").properties.get("mark") for one in ("one", "two")]

    ids = first.metadata.table_uuid, second.metadata.table_uuid
    assert commit(change("one", ids[0], "a"), change("two", ids[0], "a")) == 409
    assert marks() == [None, None]
    assert commit(change("one", ids[0], "a"), change("gone", ids[1], "a")) == 404
    assert commit(change("one", ids[0], "a"), change("one", ids[0], "b")) == 400
    assert marks() == [None, None]
    assert commit(change("one", ids[0], "a"), change("two", ids[1], "b")) == 204
    assert marks() == ["a", "b"]


def test_a_staged_table_is_there_only_once_it_is_committed(rest: RestCatalog) -> None:
    staged = rest.create_table_transaction("scratch.later", ROWS.schema)
    with pytest.raises(NoSuchTableError):
        catalog().load_table("scratch.later")
    with staged:
        staged.append(ROWS)
    assert len(catalog().load_table("scratch.later").scan().to_arrow()) == 1000


def test_a_table_lies_in_its_namespace_and_sets_nothing_of_the_server(
    served: Served, rest: RestCatalog
) -> None:
    wanted: list[dict[str, Any]] = [
        {"name": "../raw_plant/readings"},
        {"name": "x", "location": f"{warehouse_uri()}/scratch/../raw_plant/x"},
        {"name": "x", "location": f"{warehouse_uri()}/raw_plant/readings/x"},
        {"name": "x", "location": "/tmp/x"},
        {"name": "x", "properties": {"write.metadata.path": "/tmp/x"}},
        {"name": "x", "properties": {"py-io-impl": "os.path.Path"}},
        {"name": "x", "properties": {"s3.endpoint": "http://elsewhere.example"}},
    ]
    before = sorted(lake().warehouse.rglob("*"))
    for one in wanted:
        for is_staged in (True, False):
            schema = {"type": "struct", "fields": []}
            body = one | {"schema": schema, "stage-create": is_staged}
            refused = served.ask("POST", "namespaces/scratch/tables", json=body)
            assert refused.status_code in (400, 403), (one, refused.text)
    assert sorted(lake().warehouse.rglob("*")) == before


def test_what_is_no_clients_can_neither_be_moved_nor_purged(
    served: Served, rest: RestCatalog
) -> None:
    rest.create_table("scratch.mine", ROWS.schema)
    names = {"namespace": ["raw_plant"], "name": "readings"}
    mine = {"namespace": ["scratch"], "name": "mine"}
    ours = metadata_locations("raw_plant")
    for source, target in ((names, mine | {"name": "x"}), (mine, names | {"name": "x"})):
        body = {"source": source, "destination": target}
        assert served.ask("POST", "tables/rename", json=body).status_code == 403
    adopted = {"name": "x", "metadata-location": ours["readings"]}
    assert served.ask("POST", "namespaces/scratch/register", json=adopted).status_code == 403
    purge = served.ask("DELETE", "namespaces/scratch/tables/mine?purgeRequested=true")
    assert purge.status_code == 406
    assert metadata_locations("raw_plant") == ours and "mine" in metadata_locations("scratch")


def test_a_dropped_table_is_registered_again_from_its_files(rest: RestCatalog) -> None:
    rest.create_table("scratch.kept", ROWS.schema).append(ROWS)
    place = metadata_locations("scratch")["kept"]
    rest.drop_table("scratch.kept")
    assert metadata_locations("scratch") == {}
    rest.register_table("scratch.kept", place)
    assert len(rest.load_table("scratch.kept").scan().to_arrow()) == 1000


def test_a_server_killed_between_file_and_catalog_leaves_the_table_as_it_was() -> None:
    own = catalog()
    own.create_namespace("scratch")
    own.create_table("scratch.things", ROWS.schema).append(ROWS)
    before = metadata_locations("scratch")
    fault = {"SLUICE_CATALOG_SERVER_WRITES": "scratch", "FAULT": "catalog.written"}
    with serving_apart(**fault) as (server, process):
        with pytest.raises(requests.ConnectionError):
            server.rest().load_table("scratch.things").append(ROWS)
        assert process.wait(timeout=20) == 137
    assert metadata_locations("scratch") == before
    assert lock.holder() is None
    table = own.load_table("scratch.things")
    table.append(ROWS)
    assert len(table.scan().to_arrow()) == 2000

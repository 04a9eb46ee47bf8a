"""Which products a run leaves out: what stands besides pins, project and settings."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from ingestion.lakehouse import journal
from ingestion.lakehouse.catalog import catalog
from ingestion.lakehouse.lake import lake
from ingestion.landing.products import PRODUCTS
from python_models.llm.ledger.forget import forget
from python_models.llm.ledger.journal import reading
from python_models.release.publish import add_release
from python_models.runs import nothing_new, run
from python_models.runs.fitness import latest_pending
from python_models.runs.raw_views import current_pins
from python_models.runs.slices import Choice
from python_models.upkeep import compact
from tests.python_models.runs.test_run import finish_a_run

OTHERS = [name for name in PRODUCTS if name != "telemetry"]


def release(**snapshots: int) -> None:
    """Let readers see a release with one table `things` of each product that is named."""
    empty = dict.fromkeys(("columns", "files", "comments", "key_columns", "volatile_columns"), "")
    tables = [
        {"domain": product, "table_name": "things", "snapshot_id": one, "is_unchanged": 0} | empty
        for product, one in snapshots.items()
    ]
    number = add_release(tables, "", None, None, "publish", None)
    shown = {"file": lake().latest.readlink().name}
    journal.change("release_files", shown, {"release_id": number})


def build_tables(*products: str) -> None:
    """Make the build database with the tables of some products."""
    with duckdb.connect(str(lake().build_db)) as session:
        for product in products:
            session.execute(f"create schema {product}")
            session.execute(f"create table {product}.things as select 1 as id")


def test_what_was_forgotten_is_asked_again_though_others_were_built_since() -> None:
    finish_a_run("i-1")
    with reading(lake().journal_db) as connection, connection:
        connection.execute("insert into llm_calls (call_id, status) values ('c', 'ok')")
    assert forget(lake().journal_db, ["c"]) == 1
    with reading(lake().journal_db) as connection, connection:
        connection.execute("update llm_calls set is_folded = 1")  # as a build of any product does
    finish_a_run("i-2", select=["telemetry"])
    assert list(nothing_new.standing_products({})) == ["telemetry"]
    finish_a_run("i-3")
    assert list(nothing_new.standing_products({})) == list(PRODUCTS)


def test_small_files_that_were_joined_are_nothing_new_and_one_more_row_is() -> None:
    import pyarrow as pa

    opened = catalog()
    opened.create_namespace("raw_news")
    schema = pa.schema([("thing_id", pa.int64())])
    table = opened.create_table("raw_news.things", schema)
    for number in range(compact.FEWEST_FILES):
        table.append(pa.table({"thing_id": [number]}, schema))
    finish_a_run()
    pinned = Path(current_pins()["raw_news"]["things"].removeprefix("file://"))
    with duckdb.connect() as session:
        assert compact.compact_table(session, opened.load_table("raw_news.things"))
    assert current_pins()["raw_news"]["things"] != str(pinned)
    assert "news" in nothing_new.standing_products({})
    content = pinned.read_bytes()
    pinned.unlink()  # as retention does with old metadata
    assert "news" not in nothing_new.standing_products({})
    pinned.write_bytes(content)
    opened.load_table("raw_news.things").append(pa.table({"thing_id": [99]}, schema))
    assert sorted(nothing_new.standing_products({})) == sorted(set(PRODUCTS) - {"news"})


def test_an_estimate_builds_only_products_with_other_rows(tmp_path) -> None:
    (tmp_path / PRODUCTS["experiments"].namespace).mkdir()
    others = sorted(set(PRODUCTS) - {"telemetry"})
    assert sorted(nothing_new.changed_products((), {"telemetry"})) == others
    assert nothing_new.changed_products((), PRODUCTS) == []
    assert nothing_new.changed_products((), PRODUCTS, tmp_path) == ["experiments"]
    assert nothing_new.changed_products(["telemetry"], {"news"}) == ["telemetry"]


def test_what_the_build_database_lacks_is_built_again_when_something_is() -> None:
    finish_a_run()
    standing = nothing_new.standing_products({})
    release(**dict.fromkeys(PRODUCTS, 11))
    assert nothing_new.still_built(standing) == {}, "there is no build database"
    build_tables("experiments", "news")
    assert list(nothing_new.still_built(standing)) == ["experiments", "news"]
    assert list(nothing_new.same_rows({}, ["news"])) == ["news"], "its rows can be counted"
    assert set(nothing_new.same_rows({})) < set(PRODUCTS)
    journal.change("runs", {"invocation_id": "i-1"}, {"release_id": 0})  # one that was dropped
    assert list(nothing_new.still_built(nothing_new.standing_products({}))) == [
        "experiments",
        "news",
    ]


def test_a_product_that_was_gone_back_with_is_said_to_be_seen_so(
    capsys: pytest.CaptureFixture[str],
) -> None:
    finish_a_run()
    release(**dict.fromkeys(PRODUCTS, 11))
    standing = {name: nothing_new.standing_products({})[name] for name in OTHERS}
    run.say_standing(Choice(), standing)
    assert "older release" not in capsys.readouterr().out
    release(**dict.fromkeys(PRODUCTS, 11) | {"news": 10})
    assert nothing_new.gone_back_to(standing) == ["news"]
    run.say_standing(Choice(), standing)
    said = " ".join(capsys.readouterr().out.split())
    assert "Readers go on seeing news as of an older release, until something new is built" in said


def test_rows_that_wait_for_an_answer_are_of_their_product_alone() -> None:
    finish_a_run()
    node = {"invocation_id": "i-1", "run_id": "run-i-1", "unique_id": "model.sluice.llm_news"}
    journal.put("node_runs", [node | {"domain": "news", "node": "llm_news", "status": "success"}])
    with reading(lake().journal_db) as connection, connection:
        connection.execute(
            "insert into llm_step_runs (step_run_id, invocation_id, node, rows_pending)"
            " values ('s', 'i-1', 'llm_news', 3)"
        )
    assert latest_pending("run-i-1") == latest_pending("run-i-1", "news") == {"llm_news": 3}
    assert list(nothing_new.standing_products({})) == [one for one in PRODUCTS if one != "news"]

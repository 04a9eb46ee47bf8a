"""Which products need no build: what one would read and do is what it last read and did."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from ingestion.lakehouse import journal
from ingestion.lakehouse.extensions import connect_duckdb
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.output import say
from ingestion.landing.products import PRODUCTS, chosen_products
from python_models.llm.ledger.journal_schema import FORGOTTEN_AFTER
from python_models.llm.ledger.unfolded import has_unfolded_rows
from python_models.release import release_file
from python_models.release.snapshot_files import rows_as_of
from python_models.runs import fingerprint
from python_models.runs.fitness import latest_pending
from python_models.runs.invocation import PARTIAL
from python_models.runs.raw_views import Pins, current_pins

_BUILD = ("build",)


@dataclass(frozen=True)
class _State:
    """What a build would go by now."""

    pins: Pins
    project_hash: str
    config_hash: str


def standing_products(
    variables: Mapping[str, str], domains: Collection[str] = (), made_by: Collection[str] = _BUILD
) -> dict[str, dict[str, Any]]:
    """Return {product: its last run} of the products that building again would not change.

    After a rollback it stands as it was gone back to: a person decides.

    Args:
        variables: dbt variables of the build.
        domains: the products it is of; none: all.
        made_by: the commands of dbt that make as much as this one.
    """
    # an answer was forgotten, or arrived in a killed run
    if not lake().latest.exists() or has_unfolded_rows():
        return {}
    found, forgotten_after = _same_rows(variables, domains, made_by), _forgotten_after()
    return {
        name: last
        for name, last in found.items()
        if last["release_id"] is not None
        and last["place"] > forgotten_after
        and not latest_pending(last["run_id"], name)
    }


def still_built(
    standing: Mapping[str, dict[str, Any]], building: duckdb.DuckDBPyConnection | None = None
) -> dict[str, dict[str, Any]]:
    """Return those of standing products whose released tables the build database has.

    It is left out of backups, and forgetting an object deletes it.

    Args:
        standing: {product: its last run}.
        building: connection to that database, of who builds in it.
    """
    try:
        connected = (
            building.cursor() if building else duckdb.connect(str(lake().build_db), read_only=True)
        )
        with connected as session:
            there = tables_of(session)
    except duckdb.Error:  # there is none, or somebody else builds
        there = set()
    shown = release_file.current_release_id()
    return {
        name: last
        for name, last in standing.items()
        if there >= {(name, table) for table in _released(name, last["release_id"], shown)}
    }


def tables_of(session: duckdb.DuckDBPyConnection) -> set[tuple[str, str]]:
    """Return (schema, name) of the tables and views of a database."""
    query = "select table_schema, table_name from information_schema.tables"
    return set(session.execute(query).fetchall())


def say_standing(standing: Mapping[str, dict[str, Any]], forced: str) -> None:
    """Say what is left out, and how it is built all the same."""
    say(f"Nothing new in {', '.join(standing)} ({forced} builds them anyway)")
    if back := gone_back_to(standing):
        say(
            f"Readers go on seeing {', '.join(back)} as of an older release, until something new"
            " is built of it or FORCE=1 releases it as it is"
        )


def gone_back_to(standing: Mapping[str, dict[str, Any]]) -> list[str]:
    """Return those of standing products which readers see otherwise than their run left them."""
    shown = release_file.current_release_id()
    return [
        name
        for name, last in standing.items()
        if (known := _released(name, last["release_id"])) and known != _released(name, shown)
    ]


def _released(product: str, *release_ids: int | None) -> dict[str, Any]:
    """Return {table: its state} of a product in the first of some releases that is still there."""
    for release_id in release_ids:
        rows = journal.rows(
            "select table_name, snapshot_id, schema_hash from release_tables"
            " where release_id = ? and domain = ?",
            (release_id, product),
        )
        if rows:
            return {row["table_name"]: (row["snapshot_id"], row["schema_hash"]) for row in rows}
    return {}


def nothing_new_since(
    variables: Mapping[str, str], domains: Collection[str] = ()
) -> dict[str, Any] | None:
    """Return the last run when building again would give the same of all products: else None."""
    found = standing_products(variables, domains)
    return newest(found.values()) if len(found) == len(chosen_products(domains)) else None


def same_rows(
    variables: Mapping[str, str], domains: Collection[str] = ()
) -> dict[str, dict[str, Any]]:
    """Return {product: its last run} where what was built without asking anything still stands."""
    return still_built(_same_rows(variables, domains))


def changed_products(
    domains: Collection[str], standing: Collection[str], ahead: Path | None = None
) -> list[str]:
    """Return the products an estimate has to build, for their rows are not the last build's.

    Args:
        domains: the products it is of; none: all.
        standing: those in which nothing has landed or changed.
        ahead: folder of rows, by raw schema, that count though they have not landed.
    """
    return [
        product.name
        for product in chosen_products(domains)
        if product.name not in standing or (ahead and (ahead / product.namespace).is_dir())
    ]


def newest(runs: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Return the run that began last."""
    return max(runs, key=lambda run: run["place"])


def _same_rows(
    variables: Mapping[str, str], domains: Collection[str], made_by: Collection[str] = _BUILD
) -> dict[str, dict[str, Any]]:
    """Return {product: its last run} where pins, project and settings are still the same.

    Only a successful build of everything counts, or of at least the whole product.
    """
    last = {one.name: _last_run(one.name) for one in chosen_products(domains)}
    built = {name: run for name, run in last.items() if run and _made_whole(run, name, made_by)}
    if not built:
        return {}
    files = {
        path: fingerprint.digest(content) for path, content in fingerprint.project_texts().items()
    }
    state = _State(
        current_pins(), fingerprint.project_hash(files), fingerprint.config_hash(variables)
    )
    return {name: run for name, run in built.items() if _is_same(run, name, state)}


def _is_same(run: Mapping[str, Any], product: str, state: _State) -> bool:
    return (
        run["project_hash"] == state.project_hash
        and run["config_hash"] == state.config_hash
        and _same_rows_at(_pins_of(json.loads(run["pins"]), product), _pins_of(state.pins, product))
    )


def _same_rows_at(before: Mapping[str, str], now: Mapping[str, str]) -> bool:
    """Say whether tables have the rows they had: nightly compaction gives them other files."""
    moved = [table for table, pin in now.items() if before.get(table) != pin]
    if before.keys() != now.keys() or not moved:
        return before == now
    with connect_duckdb() as session:
        try:
            return all(
                (known := rows_as_of(session, before[table])) is not None
                and known == rows_as_of(session, now[table])
                for table in moved
            )
        except (duckdb.IOException, FileNotFoundError):  # retention let go of what the run read
            return False


def _made_whole(run: Mapping[str, Any], product: str, made_by: Collection[str]) -> bool:
    """Say whether a run succeeded and was of everything, or of whole products with this one."""
    arguments = json.loads(run["arguments"])
    selected = arguments.get("select")
    return (
        run["status"] == "success"
        and arguments.get("which") in made_by
        and not any(arguments.get(name) for name in PARTIAL)
        and (not selected or (product in selected and set(selected) <= set(PRODUCTS)))
    )


def was_of_all(run: Mapping[str, Any]) -> bool:
    """Say whether a run was of everything there is."""
    return not json.loads(run["arguments"]).get("select")


def _last_run(product: str) -> dict[str, Any] | None:
    """Return the last run that may have touched a product."""
    others = set(PRODUCTS) - {product}
    for row in journal.rows(
        "select runs.*, runs.rowid as place, run_args.arguments"
        " from runs inner join run_args using (invocation_id) order by runs.rowid desc"
    ):
        selected = json.loads(row["arguments"]).get("select")
        if not selected or not set(selected) <= others:
            return row
    return None


def _forgotten_after() -> int:
    """Return the last run there was when answers were forgotten; a later one asks them again."""
    if not journal.rows("select 1 from sqlite_master where name = 'llm_meta'"):
        return 0
    found = journal.rows("select value from llm_meta where name = ?", (FORGOTTEN_AFTER,))
    return int(found[0]["value"]) if found else 0


def _pins_of(pins: Pins, product: str) -> dict[str, Any]:
    """Return what a product reads of the raw tables, but for what its own build wrote there."""
    one = PRODUCTS[product]
    return {
        table: pin
        for table, pin in pins.get(one.namespace, {}).items()
        if table not in one.written_by_build
    }

"""The end of a build, for its phases: what did not complete is written down, then tidied."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

import duckdb

from ingestion.lakehouse import journal
from ingestion.lakehouse.catalog import metadata_locations
from ingestion.lakehouse.extensions import connect_duckdb
from ingestion.lakehouse.lake import lake
from ingestion.landing.products import PRODUCTS
from ingestion.landing.registration import Product
from python_models.release import kept_phases, phase_tables
from python_models.runs import phase_facts
from python_models.runs.invocation import BAD, GOOD
from python_models.runs.spark.hand_over import rows_of
from python_models.runs.spark.told import told

if TYPE_CHECKING:
    from python_models.runs.build import Build


def finish(build: Build) -> None:
    """Write down which phases failed or were skipped, and tidy the tables of those that were kept.

    A phase that is pending has said so itself.
    """
    layer, layers = told(), journal.layers_of(build.invocation_id)
    marks = ", ".join("?" for _ in layers)
    rows = journal.rows(
        f"select unique_id, status from node_runs where invocation_id in ({marks})", tuple(layers)
    )
    statuses = {row["unique_id"]: row["status"] for row in rows}
    if layer and not set(BAD).isdisjoint(statuses.values()):
        statuses = dict.fromkeys(layer.left, "skipped") | statuses  # no layer comes after it
    if build.connection is not None:
        _finish(build, build.connection, statuses, layers)
    elif layer and not set(BAD).isdisjoint(statuses.values()):
        with connect_duckdb(lake().build_db) as connection:
            connection.execute("set TimeZone = 'UTC'")
            _finish(build, connection, statuses, layers)


def _finish(
    build: Build,
    connection: duckdb.DuckDBPyConnection,
    statuses: dict[str, Any],
    layers: Collection[str],
) -> None:
    for product in PRODUCTS.values():
        if not product.phases:
            continue
        run_id = _run_of(build, connection, product, statuses)
        if run_id is None:
            continue
        stored = kept_phases.runs_of(connection, product)
        said = {row["phase_number"] for row in stored if row["invocation_id"] in layers}
        _write_ends(build, product, run_id, statuses, stored, said)
        if metadata_locations(product.phase_namespace) and product.name in build.attempts:
            phase_tables.settle(product.phase_namespace, run_id)


def _write_ends(
    build: Build,
    product: Product,
    run_id: str,
    statuses: dict[str, Any],
    stored: Sequence[kept_phases.Row],
    said: Collection[int],
) -> None:
    rows: list[dict[str, Any]] = []
    for number in range(1, len(product.phases) + 1):
        nodes = phase_facts.nodes_of(build.graph, product.name, number)
        last = next((node for node in nodes if node["name"].startswith("phase_")), None)
        if last is None or number in said or statuses.get(last["unique_id"], "") in ("", *GOOD):
            continue
        bad = [node for node in nodes if statuses.get(node["unique_id"]) in BAD]
        facts = phase_facts.facts(build, product, run_id, number, [*stored, *rows])
        message = f"{bad[0]['name']} did not succeed" if bad else "a phase before did not complete"
        rows.append(facts | {"status": "failed" if bad else "skipped", "message": message})
    if rows:
        attempt = build.attempts.setdefault(product.name, rows[0]["attempt"])
        phase_tables.put_rows(product.phase_namespace, [row | {"attempt": attempt} for row in rows])


def _run_of(
    build: Build,
    connection: duckdb.DuckDBPyConnection,
    product: Product,
    statuses: dict[str, Any],
) -> str | None:
    """Return the product's run that this build was about, when it came as far as to know it."""
    name = f"int_{product.name}__run"
    node = next((one for one in build.graph.values() if one["name"] == name), None)
    if node is None:
        return None
    made = journal.rows(
        "select run_id, status from node_runs where unique_id = ? order by rowid desc limit 1",
        (node["unique_id"],),
    )
    if not made or made[0]["run_id"] != build.run_id or made[0]["status"] not in GOOD:
        return None
    prefix = f"phase_{product.name}__"
    if not any(unique_id.split(".")[-1].startswith(prefix) for unique_id in statuses):
        return None
    with connection.cursor() as cursor:
        found = cursor.execute(f"select run_id from {rows_of(node)}").fetchone()
    return found[0] if found else None

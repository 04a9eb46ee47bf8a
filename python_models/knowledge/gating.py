"""What the gate after landing is handed besides tables: places not read back, accepted syncs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb

from expectations.gate import listed
from ingestion.knowledge.read_back import as_query, not_read_back

SAMPLED = 200  # objects of all syncs that are read back in each build


def unread(
    session: duckdb.DuckDBPyConnection, sightings: duckdb.DuckDBPyRelation, judged: str | None
) -> duckdb.DuckDBPyRelation:
    """Return what of the blobs that are new since a load, and of a sample, cannot be read."""
    # what a source forbids, deleted or had forgotten has no bytes
    query = sightings.filter("blob_hash is not null and locator is not null").sql_query()
    new = f"where load_id > '{judged}'" if judged else ""
    places = session.sql(
        f"select blob_hash, any_value(locator) from ({query}) {new} group by blob_hash "
        f"union select blob_hash, locator from (select distinct blob_hash, locator from ({query}) "
        f"order by md5(blob_hash || locator) limit {SAMPLED})"
    ).fetchall()
    return session.sql(as_query(not_read_back(places)))


def judged_up_to(session: duckdb.DuckDBPyConnection, this: Any) -> str | None:
    """Return the newest load that the gate has let pass; None when it never has."""
    try:
        found = session.sql(f"select max(judged_up_to) from {this}").fetchone()
    except duckdb.CatalogException:
        return None
    return found[0] if found else None


def accepted(
    syncs: duckdb.DuckDBPyRelation, named: Sequence[Any] | str | None
) -> Sequence[str] | None:
    """Return the loads that a person accepts, who may name them by a sync."""
    wanted = listed(named)
    if not wanted:
        return None
    loads = dict(syncs.select("sync_id, load_id").fetchall())
    return [loads.get(one, one) for one in wanted]

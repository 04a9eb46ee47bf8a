"""Looks at every file readers can come to: those of kept releases, and what is shown besides."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import duckdb

from ingestion.lakehouse import journal
from ingestion.lakehouse.extensions import iceberg_session
from ingestion.lakehouse.lake import lake
from python_models.release import file_health
from python_models.release.release_views import views_of

Row = Mapping[str, Any]


def kept_tables() -> list[dict[str, Any]]:
    """Return the tables of every release that was not dropped, the newest release first."""
    return journal.rows(
        "select release_tables.* from release_tables inner join releases using (release_id)"
        " where releases.dropped_at is null order by release_id desc, domain, table_name"
    )


def hoped_for(shown: int | None) -> list[dict[str, Any]]:
    """Return the tables that should be readable: of releases nobody sees those not given up."""
    return [row for row in kept_tables() if row["release_id"] == shown or not row["unreadable"]]


def look(tables: Iterable[Row], is_deep: bool) -> dict[str, str]:
    """Return {file: what is wrong} over tables of releases and all that `latest` shows besides."""
    with iceberg_session() as session:
        wrong = file_health.damaged(session, tables, is_deep)
        return wrong | _shown_besides(session, is_deep)


def _shown_besides(session: duckdb.DuckDBPyConnection, is_deep: bool) -> dict[str, str]:
    """Look at the rejects and the ledger that the release file shows, as of when it was written."""
    if not lake().latest.exists():
        return {}
    with duckdb.connect(str(lake().latest.resolve()), read_only=True) as shown:
        views = views_of(shown)
    found: dict[str, str] = {}
    for view in views:
        if view.domain == "llm" or view.name == "rejects":
            for path in view.paths:
                if path.endswith(".parquet") and (says := _besides(session, path, is_deep)):
                    found[path] = says
    return found


def _besides(session: duckdb.DuckDBPyConnection, path: str, is_deep: bool) -> str | None:
    try:
        file_health.footer_of(session, path)
    except duckdb.Error as error:
        return str(error).splitlines()[0][:300]
    return file_health.read_whole(session, path) if is_deep else None


def lost_tables(tables: Iterable[Row], wrong: Mapping[str, str]) -> dict[tuple[int, str, str], str]:
    """Return {(release, domain, table): its damaged files as JSON}."""
    found = {}
    for table in tables:
        files = json.loads(table["files"])
        bad = [path for path in files if path in wrong]
        if (not files and table["rows"]) or table["columns"] == "{}":
            bad = [file_health.UNKNOWN_FILES]
        if bad:
            key = (table["release_id"], table["domain"], table["table_name"])
            found[key] = json.dumps(bad)
    return found

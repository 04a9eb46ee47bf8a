"""The tables of the schema `ops` as they are at this moment, not as a release has them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import duckdb

from ingestion.lakehouse import journal
from ingestion.lakehouse.extensions import connect_duckdb
from ingestion.lakehouse.settings import SettingsError
from python_models.release import ops_tables, release_file, run_states


class NotFound(LookupError):
    """No run or release has the id that was asked for; the message says which there are."""


class TablesGone(SettingsError):
    """Files that the lake names are not there; the message says which, and what to do."""


@contextmanager
def live_ops() -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a database in memory that has every `ops` table, computed now; see `open_ops`."""
    with open_ops() as connection:
        yield connection


def open_ops() -> duckdb.DuckDBPyConnection:
    """Return a database in memory that has every `ops` table, computed now; takes about a second.

    Runs whose process is gone are killed ones from then on.

    Raises:
        TablesGone: a file of the lake's tables is not there.
    """
    run_states.settle()
    connection = connect_duckdb()
    try:
        connection.execute("set TimeZone = 'UTC'")
        ops_tables.fill(connection, release_file.current_release_id())
    except BaseException as error:
        connection.close()
        if not isinstance(error, duckdb.IOException):
            raise
        raise TablesGone(
            f"{str(error).splitlines()[0]}\nA lake that was moved needs `make relocate` once;"
            " of one that was not, `make doctor` says what is missing."
        ) from error
    return connection


def rows(
    connection: duckdb.DuckDBPyConnection, sql: str, parameters: Sequence[Any] = ()
) -> list[dict[str, Any]]:
    """Return the rows of a query as dictionaries."""
    cursor = connection.execute(sql, list(parameters))
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def run_named(text: str) -> dict[str, Any]:
    """Return the last invocation of the run whose id, or whose invocation's id, begins with a text.

    Args:
        text: beginning of an id; `last` or nothing for the newest run.

    Raises:
        NotFound: there is none, or more than one run.
    """
    if text in ("", "last"):
        found = journal.rows(
            "select * from runs where status <> 'not started' order by rowid desc limit 1"
        )
    else:
        found = journal.rows(
            "select * from runs where run_id like :text || '%' or invocation_id like :text || '%'"
            " order by rowid desc",
            {"text": text.replace("%", "")},
        )
    ids = {run["run_id"] for run in found}
    if len(ids) == 1:
        return found[0]
    if len(ids) > 1:
        raise NotFound(f"{text} is the beginning of {len(ids)} runs: give more of the id.")
    newest = journal.rows(
        "select run_id from runs group by run_id order by max(rowid) desc limit 5"
    )
    names = ", ".join(run["run_id"] for run in newest) or "there is none yet"
    raise NotFound(f"No run has the id {text!r}. The newest: {names} (`make runs` lists them).")


def release_named(text: str) -> dict[str, Any]:
    """Return the release with a number, or the current one for `current`.

    Raises:
        NotFound: there is none, or retention dropped it.
    """
    wanted = str(release_file.current_release_id()) if text == "current" else text
    found = journal.rows(
        "select * from releases where cast(release_id as text) = ? and dropped_at is null",
        (wanted.lstrip("r"),),
    )
    if found:
        return found[0]
    kept = journal.rows(
        "select min(release_id) as first, max(release_id) as last from releases"
        " where dropped_at is null"
    )[0]
    raise NotFound(
        f"No release has the number {text!r}. Kept are {kept['first']} to {kept['last']}"
        " (`make releases` lists them)."
    )

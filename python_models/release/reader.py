"""Opens a release so that nothing but its released rows can be reached, and nothing changed.

Statements that people type go through `only_select` first: a locked connection still writes
files with COPY into the folders it may read.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from ingestion.lakehouse.extensions import load_extensions
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import settings
from ingestion.lakehouse.sql_text import list_of
from ingestion.lakehouse.tiers import TIERS, WHOLE, file_of
from ingestion.lakehouse.whereabouts import require_inside

MEMORY_LIMIT = "1GB"
SPILL_LIMIT = "4GB"  # the disk is that of the lake: a reader must not fill it


class NothingReleased(RuntimeError):
    """There is no release in this lake yet; the message says how to make one."""


class StatementRefused(ValueError):
    """What was typed is not one SELECT."""


def release_path(path: Path | None = None, tier: str = WHOLE) -> Path:
    """Return the release file to open: the one given, or what `latest.duckdb` names now.

    Args:
        path: a release file, opened as it is.
        tier: who reads; SLUICE_TIERS may allow less.

    Raises:
        NothingReleased: there is none.
    """
    target = path or lake().latest
    try:
        # resolved once: a reader stays on one file however often the pointer moves
        found = target.resolve(strict=True)
    except FileNotFoundError:
        raise NothingReleased(f"No release at {target}: run `make run` first.") from None
    return found if path else of_tier(found, tier)


def of_tier(whole: Path, tier: str) -> Path:
    """Return the file of a release that a reader of a tier may open, SLUICE_TIERS observed.

    Raises:
        NothingReleased: it was written before releases had files for tiers.
    """
    found = file_of(whole, min(tier, settings().tier, key=TIERS.index))
    if not found.exists():
        raise NothingReleased(
            f"{whole.name} has no file for the tier {found.parent.name}: an earlier version wrote "
            "it. The next `make run` writes one."
        )
    return found


def open_release(path: Path | None = None, spill: bool = True) -> duckdb.DuckDBPyConnection:
    """Open a release read-only, able to read the folders of its tables and nothing else.

    Threads must not share the connection: take a `cursor()` for each query.

    Args:
        spill: queries may put what exceeds the memory into files, up to a limit.

    Raises:
        NothingReleased: there is no release yet.
    """
    file = release_path(path)
    connection = duckdb.connect(str(file), read_only=True)
    try:
        _require_own_files(connection, file)
        _lock_down(connection, spill)
    except BaseException:
        connection.close()
        raise
    return connection


def only_select(connection: duckdb.DuckDBPyConnection, text: str) -> str:
    """Return the one SELECT a text consists of.

    Raises:
        StatementRefused: it is empty, several statements, or something else than a SELECT.
        duckdb.Error: DuckDB cannot parse it.
    """
    statements = connection.extract_statements(text)
    if not statements:
        raise StatementRefused("Type a SELECT statement.")
    if len(statements) > 1:
        raise StatementRefused("One statement at a time, please.")
    if statements[0].type != duckdb.StatementType.SELECT:
        raise StatementRefused("Only SELECT is allowed: a release cannot be changed.")
    return statements[0].query


def _require_own_files(connection: duckdb.DuckDBPyConnection, file: Path) -> None:
    """Refuse a release of this lake that names files of the lake it was copied from."""
    root = settings().sluice_lake
    if not file.is_relative_to(root.resolve()):
        return  # handed over by its path: it is what it is
    for (folder,) in connection.execute("select folder from ops.release_folders").fetchall():
        require_inside(root, folder)


def _lock_down(connection: duckdb.DuckDBPyConnection, spill: bool) -> None:
    folders = [
        f"{row[0].rstrip('/')}/"
        for row in connection.execute("select folder from ops.release_folders").fetchall()
    ]
    listed = "select 1 from duckdb_tables() where table_name = 'release_paths'"
    of_tier = connection.execute(listed).fetchone()
    paths = connection.execute("select path from ops.release_paths").fetchall() if of_tier else []
    needs_extensions = connection.execute(
        "select count(*) from duckdb_views() where not internal"
        " and (contains(sql, 'iceberg_scan(') or contains(sql, 's3://'))"
    ).fetchone()
    if needs_extensions and needs_extensions[0]:
        load_extensions(connection)
    connection.execute(f"set memory_limit = '{MEMORY_LIMIT}'")
    connection.execute(f"set max_temp_directory_size = '{SPILL_LIMIT if spill else '0KB'}'")
    if not spill:
        connection.execute("set temp_directory = ''")
    connection.execute("set threads = 2")
    connection.execute("set TimeZone = 'UTC'")
    connection.execute("set autoinstall_known_extensions = false")
    connection.execute("set autoload_known_extensions = false")
    connection.execute("set allow_community_extensions = false")
    connection.execute(f"set allowed_directories = {list_of(folders)}")
    connection.execute(f"set allowed_paths = {list_of([path for (path,) in paths])}")
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")

"""Opens a release database so that nothing but its released rows can be reached."""

from __future__ import annotations

from pathlib import Path

import duckdb

from ingestion.lake import lake, load_extensions


def open_release(path: Path | None = None) -> duckdb.DuckDBPyConnection:
    """Open a release read-only and locked down; `None` opens the one the pointer names."""
    target = (path or lake().latest).resolve(strict=True)
    connection = duckdb.connect(str(target), read_only=True)
    load_extensions(connection)
    connection.execute("set memory_limit = '1GB'")
    connection.execute("set threads = 2")
    connection.execute("set TimeZone = 'UTC'")
    folders = [str(lake().warehouse / name) for name in ("telemetry", "ops", "llm")]
    quoted = ", ".join("'" + folder.replace("'", "''") + "'" for folder in folders)
    connection.execute(f"set allowed_directories = [{quoted}]")
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
    return connection

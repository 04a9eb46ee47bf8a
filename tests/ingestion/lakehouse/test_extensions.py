"""Sessions that read Iceberg: which extensions they take, and which they never do."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from ingestion.lakehouse.extensions import connect_duckdb, extension_path, load_extensions

LOADED = "select extension_name from duckdb_extensions() where loaded"


def _tampered(folder: Path) -> Path:
    """Write an extension whose bytes are not those that were signed."""
    path = Path(shutil.copy(extension_path("httpfs"), folder / "other.duckdb_extension"))
    content = bytearray(path.read_bytes())
    content[-1] ^= 1  # the last byte of the signature
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("is_file", [True, False])
def test_what_reads_iceberg_is_there_and_nothing_else_may_be_loaded_unsigned(
    tmp_path: Path, is_file: bool
) -> None:
    name = str(tmp_path / "some.duckdb") if is_file else ":memory:"
    with connect_duckdb(name) as session:
        found = {row[0] for row in session.execute(LOADED).fetchall()}
        assert {"avro", "httpfs", "iceberg"} <= found
        with pytest.raises(duckdb.InvalidInputException, match="while database is running"):
            session.execute("set allow_unsigned_extensions = true")
        with pytest.raises(duckdb.IOException, match="signature"):
            session.execute(f"load '{_tampered(tmp_path)}'")


def test_a_plain_session_checks_the_signatures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tampered = _tampered(tmp_path)
    monkeypatch.setattr("ingestion.lakehouse.extensions.extension_path", lambda _: tampered)
    with duckdb.connect() as session, pytest.raises(duckdb.IOException, match="signature"):
        load_extensions(session)

"""Every text in every file of a lake: tables' cells, manifests, databases, blobs, plain files."""

from __future__ import annotations

import gzip
import html
import io
import json
import re
import sqlite3
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import duckdb

from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.paths import sqlite_uri
from ingestion.lakehouse.sql_text import identifier, literal
from python_models.knowledge.canonical.pdf import read_pdf
from python_models.knowledge.canonical.types import NoText

_TAG = re.compile(r"<[^>]*>")
_ENTITY = re.compile(r"&(?:#\w{1,8}|[A-Za-z]{2,31});")
# exports that sources read, copies and servers that are no part of the lake
NOT_REACHED = ("demo", "uploads", "mlflow", "exports")


def files() -> Iterator[Path]:
    """Yield the files of the lake, but for what forgetting does not reach."""
    root = lake().root
    for path in sorted(root.rglob("*")):
        is_reached = path.relative_to(root).parts[0] not in NOT_REACHED
        if is_reached and path.is_file() and not path.is_symlink() and path.stat().st_size:
            yield path


def texts_of(path: Path) -> Iterator[str]:
    """Yield the texts in a file, whatever holds them; JSON is opened."""
    with path.open("rb") as stream:
        head = stream.read(16)
        stream.seek(max(path.stat().st_size - 4, 0))
        tail = stream.read(4)
    if head.startswith(b"SQLite format 3"):
        found = _of_sqlite(path)
    elif head[8:12] == b"DUCK":
        found = _of_duckdb(path)
    elif head.startswith(b"PAR1") and tail == b"PAR1":
        found = _of_parquet(path)
    elif head.startswith(b"Obj\x01"):
        found = _of_avro(path)
    else:
        found = texts_in(path.read_bytes())
    for text in found:
        yield from strings(text)


def strings(text: str) -> Iterator[str]:
    """Yield a text; of JSON its strings, as they read."""
    yield text
    if text[:1] in '{["':
        try:
            yield from _strings(json.loads(text))
        except ValueError:
            return


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield from strings(value)
    elif isinstance(value, dict):
        for key, one in value.items():
            yield key
            yield from _strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one)


def texts_in(content: bytes) -> Iterator[str]:
    """Yield the texts in bytes that are no database; of what is packed what is in it."""
    if content.startswith(b"PK"):
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as opened:
                for name in opened.namelist():
                    yield name
                    yield from texts_in(opened.read(name))
        except (zipfile.BadZipFile, RuntimeError):
            pass
    if content.startswith(b"\x1f\x8b"):
        with suppress(OSError, EOFError, zlib.error):
            yield from texts_in(gzip.decompress(content))
    if content.startswith(b"%PDF"):
        with suppress(NoText):
            yield read_pdf(content).text
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        yield content.decode("utf-16", "ignore")
    text = content.decode("utf-8", "ignore")
    yield text
    if text.lstrip("\ufeff \n\r\t").startswith("<"):  # words that markup cuts
        text = _TAG.sub("", text)
        yield text
    if _ENTITY.search(text):  # letters that are written as entities
        yield html.unescape(text)


def _of_sqlite(path: Path) -> Iterator[str]:
    with closing(sqlite3.connect(sqlite_uri(path, "ro"), uri=True)) as connection:
        names = connection.execute("select name from sqlite_master where type = 'table'")
        for (table,) in names.fetchall():
            for row in connection.execute(f"select * from {identifier(table)}"):
                yield from (cell for cell in row if isinstance(cell, str))
    yield from texts_in(path.read_bytes())  # pages that nothing points to any more


def _of_duckdb(path: Path) -> Iterator[str]:
    with duckdb.connect(str(path), read_only=True) as connection:
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() where not internal"
        ).fetchall()
        for schema, table in tables:
            yield from _cells(connection, f"{identifier(schema)}.{identifier(table)}")
    yield from texts_in(path.read_bytes())


def _of_parquet(path: Path) -> Iterator[str]:
    with duckdb.connect() as connection:
        source = f"read_parquet({literal(str(path))}, hive_partitioning = false)"
        yield from _cells(connection, source)


def _cells(connection: duckdb.DuckDBPyConnection, source: str) -> Iterator[str]:
    described = connection.execute(f"describe select * from {source}").fetchall()
    columns = [row[0] for row in described if "VARCHAR" in row[1] or row[1] in ("JSON", "BLOB")]
    for column in columns:
        for batch in connection.execute(
            f"select distinct cast({identifier(column)} as varchar) from {source}"
        ).to_arrow_reader(10_000):
            yield from (cell for cell in batch.column(0).to_pylist() if cell)


def _of_avro(path: Path) -> Iterator[str]:
    from pyiceberg.avro.file import AvroFile
    from pyiceberg.io.pyarrow import PyArrowFileIO

    opened: AvroFile[Any] = AvroFile(PyArrowFileIO().new_input(str(path)))
    with opened as source:
        for record in source:
            yield from _of_record(record)


def _of_record(value: Any) -> Iterator[str]:
    from pyiceberg.typedef import Record

    if isinstance(value, str):
        yield value
    elif isinstance(value, bytes):
        yield value.decode("utf-8", "ignore")
    elif isinstance(value, Record):
        for position in range(len(value)):
            yield from _of_record(value[position])
    elif hasattr(value, "items"):
        for _, one in value.items():
            yield from _of_record(one)
    elif isinstance(value, list):
        for one in value:
            yield from _of_record(one)

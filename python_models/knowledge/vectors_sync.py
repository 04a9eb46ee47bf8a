"""Command `make vectors-sync`: chunks of the released cell and their vectors, kept in step in a
vector database that people already run.

What it holds is compared by content: what changed is put there, what is gone is deleted, in one
transaction. Repeated, nothing is written.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb
import psycopg2
from psycopg2 import sql
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor
from psycopg2.extras import execute_values

from ingestion.lakehouse.make_words import Arguments
from ingestion.lakehouse.output import emit
from ingestion.lakehouse.settings import SettingsError, scrub, told, variables
from ingestion.lakehouse.tiers import TIERS
from python_models.release.reader import NothingReleased, open_release

SETTING = "PGVECTOR_URL"
ROWS_AT_ONCE = 500
COLUMNS = {
    "chunk_id": "text primary key",
    "content_hash": "text not null",
    "object_id": "text not null",
    "version": "text not null",
    "source": "text",
    "kind": "text",
    "tier": "text not null",
    "title": "text",
    "uri": "text",
    "heading_path": "text",
    "span_start": "bigint not null",
    "span_end": "bigint not null",
    "said_at": "timestamp",
    "text": "text not null",
}
CELL = "select chunker_id, embedder_id from knowledge.grid_cells where released"
DIMENSIONS = """
select max(len(vector)) from knowledge.embeddings where embedder_id = $embedder
"""
# what is compared: a chunk says its document's version and span, a call its vector
OFFERED = """
with offered as (
    select chunks.chunk_id, chunks.object_id, chunks.version, documents.source, documents.kind,
        chunks.tier, documents.title, documents.uri, chunks.heading_path, chunks.span_start,
        chunks.span_end, coalesce(documents.updated_at, documents.created_at) as said_at,
        substring(
            documents.text, chunks.span_start + 1, chunks.span_end - chunks.span_start
        ) as text,
        embeddings.vector,
        md5(concat_ws(chr(31), chunks.text_hash, documents.source, documents.kind, chunks.tier,
            coalesce(documents.title, ''), coalesce(documents.uri, ''), chunks.heading_path,
            coalesce(documents.updated_at, documents.created_at), hash(embeddings.vector)
        )) as content_hash
    from knowledge.chunks as chunks
    inner join knowledge.documents as documents
        on chunks.object_id = documents.object_id and chunks.version = documents.version
    inner join knowledge.embeddings as embeddings on chunks.text_hash = embeddings.text_hash
    where documents.is_current
        and chunks.chunker_id = $chunker
        and embeddings.embedder_id = $embedder
        and list_contains($tiers, chunks.tier)
)
"""
LISTED = OFFERED + "select chunk_id, content_hash from offered"
WANTED = (
    OFFERED
    + f"select {', '.join(COLUMNS)}, vector from offered"
    + " where chunk_id in (select unnest($chunks)) order by chunk_id"
)
COUNTED = OFFERED + "select count(*) from offered"
KNOWN = """
select to_regclass(%s) is not null, max(atttypmod) filter (where attname = 'embedding'),
    count(*) filter (where attname in ('chunk_id', 'content_hash', 'embedding')) = 3
from pg_attribute where attrelid = to_regclass(%s) and attnum > 0 and not attisdropped
"""


@dataclass
class Synced:
    """What became of a table."""

    table: str
    upserted: int = 0
    deleted: int = 0
    unchanged: int = 0
    withheld: int = 0  # chunks of other tiers


def synced(
    release: duckdb.DuckDBPyConnection,
    target: Connection,
    tiers: list[str],
    embedder: str | None = None,
    table: str | None = None,
) -> Synced:
    """Bring a table of a PostgreSQL database to what a release has.

    Args:
        release: opened.
        target: connection of psycopg2; what it does is one transaction.
        tiers: of the chunks that may leave.
        embedder: whose vectors; default: that of the released cell.
        table: default: `sluice_<embedder>`.

    Raises:
        SettingsError: there are no such vectors, there is no pgvector, or the table is another's.
    """
    chunker, own = _cell(release)
    asked = {"chunker": chunker, "embedder": embedder or own, "tiers": tiers}
    (size,) = _rows(release, DIMENSIONS, {"embedder": asked["embedder"]})[0]
    if size is None:
        raise SettingsError(f"The release has no vectors of the embedder {asked['embedder']}.")
    done = Synced(table or f"sluice_{asked['embedder']}")
    with target, target.cursor() as cursor:
        _prepare(cursor, done.table, size)
        name = sql.Identifier(done.table)
        cursor.execute(sql.SQL("select chunk_id, content_hash from {}").format(name))
        there = dict(cursor.fetchall())
        offered = dict(_rows(release, LISTED, asked))
        changed = [chunk for chunk, said in offered.items() if there.get(chunk) != said]
        gone = sorted(there.keys() - offered.keys())
        _upsert(cursor, name, _batches(release, asked | {"chunks": changed}))
        cursor.execute(sql.SQL("delete from {} where chunk_id = any(%s)").format(name), [gone])
    done.upserted, done.deleted = len(changed), len(gone)
    done.unchanged = len(offered) - len(changed)
    others = {"tiers": sorted(set(TIERS) - set(tiers))}
    ((done.withheld,),) = _rows(release, COUNTED, asked | others)
    return done


def _cell(release: duckdb.DuckDBPyConnection) -> tuple[str, str]:
    found = _rows(release, CELL, {})
    if not found:
        raise SettingsError("This release has no cell of a grid: `make run DOMAIN=knowledge`.")
    return found[0][0], found[0][1]


def _rows(
    release: duckdb.DuckDBPyConnection, query: str, asked: Mapping[str, Any]
) -> list[tuple[Any, ...]]:
    with release.cursor() as cursor:
        return cursor.execute(query, dict(asked) or None).fetchall()


def _prepare(cursor: Cursor, table: str, size: int) -> None:
    """Have the table there, for vectors of one size; another size makes it anew."""
    try:
        cursor.execute("create extension if not exists vector")
    except (psycopg2.errors.UndefinedFile, psycopg2.errors.FeatureNotSupported):
        raise SettingsError(
            "This PostgreSQL server has no pgvector. Debian 13: apt-get install "
            "postgresql-17-pgvector"
        ) from None
    cursor.execute("select pg_advisory_xact_lock(hashtext(%s))", [table])
    name = sql.Identifier(table)
    if _size_of(cursor, table) not in (None, size):
        cursor.execute(sql.SQL("drop table {}").format(name))
    columns = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(column), sql.SQL(kind))
        for column, kind in (COLUMNS | {"embedding": f"vector({size}) not null"}).items()
    )
    cursor.execute(sql.SQL("create table if not exists {} ({})").format(name, columns))


def _size_of(cursor: Cursor, table: str) -> int | None:
    """Return the size of the vectors of a table, None where there is none."""
    cursor.execute(KNOWN, [sql.Identifier(table).as_string(cursor)] * 2)
    is_there, size, is_own = cursor.fetchone() or (False, None, False)
    if is_there and not is_own:
        raise SettingsError(f'{table} is a table of something else: ARGS="--table <name>".')
    return size if is_there else None


def _batches(
    release: duckdb.DuckDBPyConnection, asked: Mapping[str, Any]
) -> Iterator[list[tuple[Any, ...]]]:
    with release.cursor() as cursor:
        found = cursor.execute(WANTED, dict(asked))
        while batch := found.fetchmany(ROWS_AT_ONCE):
            yield batch


def _upsert(cursor: Cursor, name: sql.Identifier, batches: Iterator[list[tuple[Any, ...]]]) -> None:
    columns = [*COLUMNS, "embedding"]
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    changes = sql.SQL(", ").join(
        sql.SQL("{0} = excluded.{0}").format(sql.Identifier(column)) for column in columns[1:]
    )
    put = sql.SQL("insert into {} ({}) values %s on conflict (chunk_id) do update set {}").format(
        name, names, changes
    )
    for batch in batches:
        rows = [(*map(_storable, row[:-1]), _as_text(row[-1])) for row in batch]
        execute_values(cursor, put, rows, page_size=ROWS_AT_ONCE)


def _storable(value: Any) -> Any:
    """PostgreSQL's texts hold no NUL."""
    return value.replace("\x00", "\ufffd") if isinstance(value, str) else value


def _as_text(vector: list[float]) -> str:
    return f"[{','.join(map(repr, vector))}]"


def main(arguments: list[str] | None = None) -> int:
    """Sync, and say what was written; returns the exit code."""
    parser = Arguments(prog="python -m python_models.knowledge.vectors_sync", description=__doc__)
    parser.add_argument("--to", required=True, choices=["pgvector"], help="the kind of database")
    parser.add_argument("--embedder", help="whose vectors; default: the released cell's")
    parser.add_argument("--table", help="default: sluice_<embedder>")
    parser.add_argument(
        "--tiers", default="open", help=f"of what may leave: {', '.join(TIERS)} (default: open)"
    )
    parser.add_argument("--json", action="store_true", help="as JSON")
    options = parser.parse_args(arguments)
    address = variables().get(SETTING, "").strip()
    try:
        if not address:
            raise SettingsError(f"{SETTING} is not set: postgresql://user:password@host/database")
        tiers = [tier.strip() for tier in options.tiers.split(",") if tier.strip()]
        if not tiers or not set(tiers) <= set(TIERS):
            raise SettingsError(f"TIERS={options.tiers}: say some of {', '.join(TIERS)}.")
        with open_release() as release:
            target = psycopg2.connect(address)
            try:
                done = synced(release, target, tiers, options.embedder, options.table)
            finally:
                target.close()
    except duckdb.CatalogException:
        sys.stderr.write("This release holds no vectors yet: `make run DOMAIN=knowledge`.\n")
        return 1
    except NothingReleased as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except psycopg2.Error as error:
        sys.stderr.write(f"The database did not take it: {scrub(str(error))}\n")
        return 1
    emit([vars(done)], options.json, title="Vectors", empty="")
    if done.withheld:
        sys.stderr.write(f"{done.withheld} chunks stay here: TIERS={','.join(tiers)}.\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(told(main))

"""The marts of a product as Iceberg tables: while one is committed the next one is written.

DuckDB writes with all its threads and lets go of Python's lock; a commit is Python's work and waits
for the disk. Each table changes in a commit of its own, and none is seen before a release names it,
so their order is free.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

import duckdb

from python_models.release import iceberg_commit
from python_models.release.mart_parts import Mart
from python_models.release.published_table import (
    Change,
    PublishedTable,
    committed,
    pin_table,
    written,
)

if TYPE_CHECKING:
    from pyiceberg.catalog import Catalog

_COMMITS = 2  # at once: one of them waits for the disk


def publish_tables(
    session: duckdb.DuckDBPyConnection,
    marts: Sequence[Mart],
    properties: Mapping[str, str],
    damaged: Collection[str],
    pinned: Mapping[str, str],
) -> list[PublishedTable]:
    """Bring the Iceberg tables of a product's marts to the rows that these have now.

    Args:
        session: connection to the build database.
        marts: the tables to be published, all of one product.
        properties: what a snapshot says about itself, such as the invocation.
        damaged: files that are known not to hold what they should: they are written again.
        pinned: {name: metadata file} of those that lie in the catalog as they are to be released.
    """
    found: dict[str, PublishedTable | Future[PublishedTable]] = {}
    with ThreadPoolExecutor(_COMMITS, thread_name_prefix="commit") as pool:
        commits = _Commits(properties)
        for mart in _smallest_first(session, marts):
            if mart.name in pinned:
                found[mart.name] = pin_table(session, mart, pinned[mart.name])
                continue
            table = written(session, mart, properties, damaged)
            if isinstance(table, Change):
                found[mart.name] = pool.submit(commits.commit, table)
            else:
                found[mart.name] = table
    tables = {name: one.result() if isinstance(one, Future) else one for name, one in found.items()}
    return [tables[mart.name] for mart in marts]


class _Commits:
    """Commits from several threads, each with a catalog of its own."""

    def __init__(self, properties: Mapping[str, str]) -> None:
        self._properties = properties
        self._opened = threading.local()
        self._opening = threading.Lock()

    def commit(self, change: Change) -> PublishedTable:
        """Commit what was written for a table."""
        if not hasattr(self._opened, "catalog"):
            with self._opening:  # the first one makes the product's namespace
                self._opened.catalog = iceberg_commit.opened_for(change.mart.domain)
        opened: Catalog = self._opened.catalog
        return committed(opened, change, self._properties)


def _smallest_first(session: duckdb.DuckDBPyConnection, marts: Sequence[Mart]) -> list[Mart]:
    """Return marts in the order in which they are written: views, which may be large, at the end.

    The commits of small tables are made while a large one is written.
    """
    sizes = {
        (schema, name): size
        for schema, name, size in session.execute(
            "select schema_name, table_name, estimated_size from duckdb_tables()"
            " where not temporary and database_name = current_database()"
        ).fetchall()
    }
    largest = max(sizes.values(), default=0) + 1
    return sorted(marts, key=lambda mart: sizes.get((mart.domain, mart.name), largest))

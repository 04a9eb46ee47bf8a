"""The files of a release that readers of a tier open: beside the whole one, in `releases/<tier>/`.

Each is made from the whole file alone. It names only data files whose rows are all of its tiers:
publishing wrote them apart. What tells of rows without being rows (messages, counts of runs, the
ledger, what was refused) has no row of a product whose rows have tiers; a table that is not known
here has none at all.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import duckdb

from ingestion.lakehouse.durable import sync
from ingestion.lakehouse.extensions import UNCHECKED, DuckDBConfig, load_extensions
from ingestion.lakehouse.faults import fault
from ingestion.lakehouse.settings import settings
from ingestion.lakehouse.sql_text import identifier, list_of, literal
from ingestion.lakehouse.tiers import TIERS, WHOLE, file_of, seen_from
from ingestion.landing.products import PRODUCTS
from ingestion.landing.registration import Product
from python_models.release.journal_copy import Comments
from python_models.release.mart_parts import tier_of_part
from python_models.release.published_table import parts_of_files
from python_models.release.release_macros import create_macros
from python_models.release.release_views import ReleasedView, views_of
from python_models.release.snapshot_files import files_query

PARTED = TIERS[:-1]  # tiers that have a file of their own
ACCESS_TIER = "access_tier"  # a row's tier in a table whose column `tier` says something else
LOG = logging.getLogger(__name__)
# a release file holds views and small tables: blocks of 256 kB would be almost empty
SMALL_BLOCKS: DuckDBConfig = {"default_block_size": "16384"}
# table of `ops` -> (columns that are null in it, whose its rows are); one not here has no row
_OPS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "runs": (("command", "message", "config_hash", "calls", "cached", "tokens", "usd"), "true"),
    "node_runs": (("message",), "domain"),
    "gate_results": ((), "split_part(table_name, '.', 1)"),
    "releases": (("note", "rows", "bytes"), "true"),
    "release_tables": ((), "domain"),
    "loads": ((), "pipeline"),
    "freshness": ((), "domain"),
    "costs": ((), "domain"),
}
_TABLES = """
select
    schema_name,
    table_name,
    coalesce(any_value(tables.comment), ''),
    list((column_name, data_type, columns.comment) order by column_index)
from duckdb_tables() as tables
inner join duckdb_columns() as columns using (database_name, schema_name, table_name)
where database_name = 'whole' and not tables.internal and table_name <> 'release_folders'
group by schema_name, table_name
order by schema_name, table_name
"""


class TierLeak(RuntimeError):
    """A file for a tier would show rows of a stricter one; the message names the table."""


def write(source: Path, whole: Path) -> None:
    """Write the file of each tier, all at once: each is a hundred small statements on one thread.

    Args:
        source: the release file that shows everything, under whatever name it has now.
        whole: the name that it will have.
    """
    with ThreadPoolExecutor(len(PARTED), thread_name_prefix="tier") as pool:
        written = [pool.submit(_write, file_of(whole, tier), source, tier) for tier in PARTED]
    for one in written:
        one.result()


def _write(path: Path, source: Path, tier: str) -> None:
    path.parent.mkdir(exist_ok=True)
    unfinished = path.with_name(f".{path.name}")
    unfinished.unlink(missing_ok=True)
    try:
        fill(unfinished, source, tier)
        unfinished.chmod(0o444)
        sync(unfinished)
        unfinished.rename(path)
    finally:
        unfinished.unlink(missing_ok=True)
    sync(path.parent)
    fault("release_file.tier")


def drop_lone(releases: Path) -> None:
    """Delete files of tiers whose whole file is gone, or was never finished."""
    for tier in PARTED:
        for path in (releases / tier).glob("*release-*"):
            if not (releases / path.name).exists():
                path.unlink(missing_ok=True)


def fill(path: Path, whole: Path, tier: str) -> None:
    """Write the file of a tier.

    Args:
        path: the file, which is not there yet.
        whole: the release file that shows everything.
        tier: who will read it.

    Raises:
        TierLeak: a data file that is said to be of this tier has rows of a stricter one.
    """
    with duckdb.connect(str(whole), read_only=True) as opened:
        views = views_of(opened)
    with duckdb.connect(str(path), config=SMALL_BLOCKS | UNCHECKED) as target:
        if any(_is_scanned(files_of(view, tier) or []) for view in views):
            load_extensions(target)
        target.execute("set TimeZone = 'UTC'")
        target.execute(f"attach {literal(str(whole))} as whole (read_only)")
        comments = Comments()
        files = {file for view in views for file in _show(target, view, tier, comments)}
        for table in target.execute(_TABLES).fetchall():
            _copy(target, table, tier, comments)
        _note_files(target, files, comments)
        comments.write(target)
        target.execute("detach whole")
        create_macros(target)
        target.execute("checkpoint")


def files_of(view: ReleasedView, tier: str) -> list[str] | None:
    """Return the files of a table that a tier may read; None where it has no part in the table."""
    product = PRODUCTS.get(view.domain)
    if product is None or not (product.is_tiered or _is_seen_whole(product, tier)):
        return None  # the ledger, and products that this tier has no part in
    if not product.is_tiered or view.name in product.tierless_tables or not view.paths:
        return list(view.paths)
    parts = parts_of_files(view.paths)
    if any(tier_of_part(part) is None for part, _ in parts):
        return None  # its rows do not say their tier, or it was published before they were parted
    return [
        path
        for (part, _), paths in parts.items()
        for path in paths
        if tier_of_part(part) in seen_from(tier)
    ]


def _is_seen_whole(product: Product, tier: str) -> bool:
    """Say whether a tier sees all of a product: its rows have none, and count as one it sees."""
    return not product.is_tiered and settings().sluice_untiered in seen_from(tier)


def _is_in_every_file(schema: str, name: str) -> bool:
    """Say whether readers may count on a table, if only on an empty one."""
    product = PRODUCTS.get(schema)
    if product is None:
        return schema in ("ops", "llm")
    return product.is_tiered or name == product.rejects


def _show(
    target: duckdb.DuckDBPyConnection, view: ReleasedView, tier: str, comments: Comments
) -> list[str]:
    """Show a table's rows of a tier; returns the files that are read for them."""
    files = files_of(view, tier)
    if files is None:
        if _is_in_every_file(view.domain, view.name):
            _create(target, view, files_query([], view.columns))
            comments.add_view(view.domain, view.name, view.comments)
        return []
    query = f"from iceberg_scan({literal(files[0])})" if _is_scanned(files) else None
    try:
        _create(target, view, query or files_query(files, view.columns))
        _refuse_stricter(target, view, tier)
    except (duckdb.IOException, duckdb.InvalidInputException):
        LOG.warning(
            "%s.%s cannot be read and is not in the file of %s", view.domain, view.name, tier
        )
        target.execute(f"drop view if exists {_relation(view.domain, view.name)}")
        return []
    comments.add_view(view.domain, view.name, view.comments)
    return files


def _is_scanned(files: Iterable[str]) -> bool:
    return any(file.endswith(".metadata.json") for file in files)


def _refuse_stricter(target: duckdb.DuckDBPyConnection, view: ReleasedView, tier: str) -> None:
    """Refuse rows of a stricter tier, whatever the names of their files say.

    Raises:
        TierLeak: there are some.
    """
    column = ACCESS_TIER if ACCESS_TIER in view.columns else "tier"
    if not PRODUCTS[view.domain].is_tiered or column not in view.columns:
        return
    found = target.execute(
        f"select 1 from {_relation(view.domain, view.name)}"
        f" where coalesce({column}, {literal(WHOLE)}) not in ({_listed(tier)}) limit 1"
    ).fetchone()
    if found:
        raise TierLeak(
            f"{view.domain}.{view.name} has rows that are not of the tier {tier} in files that are "
            "said to be: nothing was released. Build it anew: `make run ARGS=--full-refresh`."
        )


def _copy(
    target: duckdb.DuckDBPyConnection, table: tuple[Any, ...], tier: str, comments: Comments
) -> None:
    """Copy the rows of a small table that a tier may see, without what tells of others."""
    schema, name, says, described = table
    nulls, where = _kept(schema, name, [column for column, *_ in described], tier)
    if where == "false" and not _is_in_every_file(schema, name):
        return
    columns = ", ".join(
        f"cast({'null' if column in nulls else identifier(column)} as {kind})"
        f" as {identifier(column)}"
        for column, kind, _ in described
    )
    relation = _relation(schema, name)
    target.execute(f"create schema if not exists {identifier(schema)}")
    target.execute(
        f"create table {relation} as select {columns} from whole.{relation} where {where}"
    )
    words = {column: text for column, _, text in described if text}
    comments.add("table", relation, says, words)


def _kept(schema: str, name: str, columns: list[str], tier: str) -> tuple[Iterable[str], str]:
    """Return which columns of a table are null for a tier, and which rows it has."""
    whole = [one.name for one in PRODUCTS.values() if _is_seen_whole(one, tier)]
    if schema == "ops":
        nulls, whose = _OPS.get(name, ((), "false"))
        is_plain = whose in ("true", "false")
        return nulls, whose if is_plain else f"list_contains({list_of(whole)}, {whose})"
    product = PRODUCTS.get(schema)
    if product is None:
        return (), "false"
    if schema in whole or (product.is_tiered and name in product.tierless_tables):
        return (), "true"
    if not product.is_tiered:
        return (), "false"
    column = ACCESS_TIER if ACCESS_TIER in columns else "tier"
    return (), f"{column} in ({_listed(tier)})" if column in columns else "false"


def _create(target: duckdb.DuckDBPyConnection, view: ReleasedView, query: str) -> None:
    target.execute(f"create schema if not exists {identifier(view.domain)}")
    target.execute(f"create view {_relation(view.domain, view.name)} as {query}")


def _note_files(
    target: duckdb.DuckDBPyConnection, files: Iterable[str], comments: Comments
) -> None:
    """Say which files a reader has to reach, and no other."""
    target.execute("create schema if not exists ops")
    for name, column, says in (
        ("release_folders", "folder", "One row per folder that holds files of this release."),
        ("release_paths", "path", "One row per file of this release: all that may be read."),
    ):
        target.execute(f"create table ops.{name} ({column} varchar)")
        comments.add("table", f"ops.{name}", says, {})
    listed = sorted(files)
    if listed:
        target.execute(f"insert into ops.release_paths select unnest({list_of(listed)})")
    scanned = {file.rpartition("/metadata/")[0] for file in listed if file.endswith(".json")}
    if scanned:
        target.execute(f"insert into ops.release_folders select unnest({list_of(sorted(scanned))})")


def _relation(schema: str, name: str) -> str:
    return f"{identifier(schema)}.{identifier(name)}"


def _listed(tier: str) -> str:
    return ", ".join(map(literal, seen_from(tier)))

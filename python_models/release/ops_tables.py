"""Fills the schema `ops` of a release file from the journal and the files that landed."""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from ingestion.lakehouse.catalog import metadata_locations
from ingestion.lakehouse.sql_text import identifier, literal
from ingestion.landing.products import PRODUCTS
from ingestion.landing.registration import Product
from python_models.release.journal_copy import Comments, copy_from_journal
from python_models.release.snapshot_files import plain

_JOURNAL_TABLES = {
    "runs": "invocation_id run_id started_at ended_at command target git_commit config_hash"
    " project_hash status message seconds:double release_id:bigint is_dirty:bigint"
    " bytes_added:bigint",
    "node_runs": "invocation_id run_id domain phase node resource_type status started_at ended_at"
    " message seconds:double rows_in:bigint rows_out:bigint peak_memory_bytes:bigint"
    " cpu_seconds:double bytes_read:bigint bytes_written:bigint bytes_spilled:bigint",
    "gate_results": "invocation_id gate table_name expectation severity observed expected"
    " sample_keys checked_at success:bigint broken_check:bigint unexpected_count:bigint",
    "releases": "release_id:bigint created_at invocation_id run_id kind note dropped_at",
    "release_tables": "release_id:bigint domain table_name invocation_id schema_hash"
    " key_columns volatile_columns unreadable"
    " snapshot_id:bigint rows:bigint bytes:bigint is_unchanged:bigint",
    "api_requests": "requested_at key_prefix method route status:bigint seconds:double"
    " bytes:bigint job_id",
    "jobs": "job_id kind title owner state run_id message exit_code:bigint created_at started_at"
    " ended_at",
    "llm_step_runs": "invocation_id node step provider model rows:bigint calls:bigint"
    " cached_calls:bigint prompt_tokens:bigint completion_tokens:bigint saved_tokens:bigint"
    " cost_usd:double saved_usd:double started_at:double",
}
_NO_FILES = (
    "select null::varchar as domain, null::varchar as pipeline, null::varchar as load_id,"
    " null::varchar as source, null::varchar as table_name, null::varchar as status,"
    " null::bigint as rows_accepted, null::bigint as rows_rejected,"
    " null::bigint as rows_duplicate, null::bigint as byte_count, null::double as seconds,"
    " null::timestamp as first_record_at, null::timestamp as last_record_at,"
    " null::timestamp as landed_at where false"
)


@lru_cache(maxsize=1)
def definitions() -> dict[str, Any]:
    """Return query and descriptions of each table of the schema `ops`."""
    import yaml

    text = Path(__file__).with_name("released_tables.yml").read_text(encoding="utf-8")
    return yaml.load(text, yaml.CSafeLoader)


def fill(
    target: duckdb.DuckDBPyConnection, release_id: int | None, comments: Comments | None = None
) -> None:
    """Create every `ops` table in an open release file.

    Args:
        target: connection to the file that is being written, with the extensions loaded.
        release_id: release the file shows; None when nothing was released yet.
        comments: takes down the words to the tables, where they are wanted.
    """
    target.execute(f"set variable current_release = {release_id if release_id else 'null'}")
    with TemporaryDirectory() as folder:
        for table, columns in _JOURNAL_TABLES.items():
            fields = (entry.partition(":")[::2] for entry in columns.split())
            kinds = {name: kind or "varchar" for name, kind in fields}
            copy_from_journal(target, table, kinds, Path(folder))
    target.execute(f"create temp view raw_files as {_raw_files(target)}")
    _note_held(target)
    target.execute("create schema if not exists ops")
    for name, definition in definitions().items():
        target.execute(f"create table ops.{name} as {definition['query']}")
        if comments:
            says = definition["description"], definition["columns"]
            comments.add("table", f"ops.{name}", *says)


def _note_held(target: duckdb.DuckDBPyConnection) -> None:
    """Note the deliveries that the release shown holds back; none where it does not say."""
    target.execute("create or replace temp table held_deliveries (load_id varchar, source varchar)")
    for product in PRODUCTS.values():
        if not product.deliveries:
            continue
        with suppress(duckdb.Error):  # an earlier release has no such table, or it is damaged
            target.execute(
                "insert into held_deliveries select distinct load_id, source from "
                f"{identifier(product.name)}.{identifier(product.deliveries)} where status = 'held'"
            )


def _raw_files(target: duckdb.DuckDBPyConnection) -> str:
    parts = []
    for domain in PRODUCTS.values():
        if metadata := metadata_locations(domain.namespace).get("files"):
            scan = f"iceberg_scan({literal(plain(metadata))})"
            parts.append(
                f"select {literal(domain.name)} as domain, {literal(domain.name)} as pipeline,"
                f" load_id, source, {literal(domain.main_table)} as table_name, status,"
                " rows_accepted, rows_rejected, rows_duplicate, byte_count, seconds,"
                f" {_record_times(target, domain, scan)}, landed_at from {scan}"
            )
    return " union all by name ".join(parts) or _NO_FILES


def _record_times(target: duckdb.DuckDBPyConnection, product: Product, scan: str) -> str:
    """Return the columns of when a file's records are of, null where it has none."""
    known = product.tables["files"].names
    if known := [name for name in product.record_times if name in known]:
        # a lake of an older layout may lack what the product knows by now
        stored = {row[0] for row in target.execute(f"describe select * from {scan}").fetchall()}
        known = [name for name in known if name in stored]
    names = ("first_record_at", "last_record_at")
    if len(known) < len(names):
        return ", ".join(f"null::timestamp as {name}" for name in names)
    return ", ".join(
        f"{identifier(column)} as {name}" for column, name in zip(known, names, strict=True)
    )

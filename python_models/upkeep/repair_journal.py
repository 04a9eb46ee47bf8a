"""Fills a lost or old journal again: answers from the ledger, runs and releases from release files.

Rows that are there stay. What neither the ledger nor a release file has is not invented.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ingestion.lakehouse import journal
from ingestion.lakehouse.catalog import metadata_locations
from ingestion.lakehouse.extensions import iceberg_session
from ingestion.lakehouse.faults import fault
from ingestion.lakehouse.generation import Trouble
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.lake_version import read_version
from ingestion.lakehouse.migrations import JOURNAL
from ingestion.lakehouse.sql_text import identifier, literal
from python_models.llm.ledger.fold import KEPT_IN_JOURNAL_ONLY, NAMESPACE, TABLES, TIMES
from python_models.llm.ledger.journal import connect
from python_models.release import release_records
from python_models.release.release_views import opened_files
from python_models.release.snapshot_files import plain
from python_models.upkeep.repair_catalog import identify, set_aside

_ROWS_AT_ONCE = 5_000


def mend(trouble: Trouble) -> list[str]:
    """Fill the journal with what is known elsewhere; returns what was done and what is lost."""
    path = lake().journal_db
    aside = set_aside(path) if trouble.kind in ("damaged", "foreign") else None
    journal.rows("select 1")  # makes the tables of runs and releases
    connection = connect(path)
    try:
        counts = {kind.source: _refill_ledger(connection, kind) for kind in TABLES}
    finally:
        connection.close()
    fault("repair.ledger")
    for name, count in _refill_records().items():
        counts[name] = counts.get(name, 0) + count
    fault("repair.records")
    said = [f"journal: {count} rows of {name} brought back" for name, count in counts.items()]
    said += _lost_answers()
    identify(path, JOURNAL)
    return said + ([f"journal: what was there is kept as {aside.name}"] if aside else [])


def _refill_ledger(connection: sqlite3.Connection, kind: Any) -> int:
    """Bring the rows of one table of the ledger into the journal, as folded ones."""
    metadata = metadata_locations(NAMESPACE).get(kind.target)
    if metadata is None:
        return 0
    with iceberg_session() as session:
        scan = f"iceberg_scan({literal(plain(metadata))})"
        there = {row[0] for row in session.execute(f"describe select * from {scan}").fetchall()}
        columns = [
            name for name in kind.columns if name in there and name not in KEPT_IN_JOURNAL_ONLY
        ]
        read = session.execute(f"select {', '.join(map(_read_as, columns))} from {scan}")
        before = connection.total_changes
        for rows in iter(lambda: read.fetchmany(_ROWS_AT_ONCE), []):
            with connection:
                connection.executemany(
                    f"insert or ignore into {kind.source} ({', '.join(columns)}, is_folded)"
                    f" values ({', '.join('?' * len(columns))}, 1)",
                    rows,
                )
        return connection.total_changes - before


def _read_as(name: str) -> str:
    if name in TIMES:
        return f"epoch_us({identifier(name)}) / 1e6"
    return f"{identifier(name)}::int" if name.startswith("is_") else identifier(name)


def _refill_records() -> dict[str, int]:
    """Bring back what release files say of runs, gates and releases, the newest one first."""
    counts = dict.fromkeys(_KEYS, 0)
    _let_go_of_unfinished_runs()
    files: list[Mapping[str, Any]] = []
    for release_id, path, opened in opened_files():
        for table, rows in release_records.of_file(opened, release_id, path):
            if table == "release_files":
                files += rows
            else:
                counts[table] += _put_unknown(table, rows)
        release_records.keep_shown_tables(opened)
        # the ledger gets these with the next answers: the last run's may not be there
        counts["llm_step_runs"] += _put_unknown("llm_step_runs", release_records.step_runs(opened))
    # the journal goes by the order in which files were written down
    counts["release_files"] += _put_unknown("release_files", files[::-1])
    known = {release_id for (release_id,) in _keys("releases")}
    for _, _, opened in opened_files():
        for table, rows in release_records.of_releases_without_file(opened, known):
            counts[table] += _put_unknown(table, rows)
    counts["releases"] += _fill_gap_of_numbers()
    return counts


def _let_go_of_unfinished_runs() -> None:
    """Let go of what an older journal has of runs that, as a release file knows, have ended."""
    for _, _, opened in opened_files():
        ended = opened.execute("select invocation_id from ops.runs where ended_at is not null")
        with journal.journal() as connection:
            for key in ended.fetchall():
                running = "select 1 from runs where invocation_id = ? and status = 'running'"
                if connection.execute(running, key).fetchone():
                    for table in ("node_runs", "gate_results", "runs"):
                        connection.execute(f"delete from {table} where invocation_id = ?", key)
        return


def _put_unknown(table: str, rows: Sequence[Mapping[str, Any]]) -> int:
    """Put the rows whose run, release or file the journal does not know; returns how many."""
    known = _keys(table)
    fresh = [row for row in rows if _key(table, row) not in known]
    journal.put(table, fresh)
    return len(fresh)


_KEYS: Mapping[str, Sequence[str]] = {
    "runs": ("invocation_id",),
    "node_runs": ("invocation_id",),  # a whole invocation comes from one file
    "gate_results": ("invocation_id",),
    "releases": ("release_id",),
    "release_tables": ("release_id",),
    "release_files": ("file",),
    "llm_step_runs": ("invocation_id", "node"),
}


def _keys(table: str) -> set[tuple[Any, ...]]:
    names = ", ".join(_KEYS[table])
    return {tuple(row.values()) for row in journal.rows(f"select distinct {names} from {table}")}


def _key(table: str, row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in _KEYS[table])


def _fill_gap_of_numbers() -> int:
    """Note the highest release number known, though nothing is left of it: none is given twice."""
    version = read_version(lake().root)
    shown = int(version.shown.split("-")[1]) if version and version.shown else 0
    highest = journal.rows("select coalesce(max(release_id), 0) as n from releases")[0]["n"]
    if shown <= highest:
        return 0
    row = {"release_id": shown, "created_at": journal.now(), "kind": "lost", "state": "[]"}
    journal.put("releases", [row | {"note": "its file was lost", "dropped_at": journal.now()}])
    return 1


def _lost_answers() -> Iterator[str]:
    """Name how many answers were paid for and are nowhere any more, as far as can be counted."""
    paid = journal.rows(
        "select invocation_id, sum(calls) as calls from llm_step_runs group by invocation_id"
    )
    counted = {row["invocation_id"]: row["calls"] or 0 for row in paid}
    for _, _, opened in opened_files():
        for invocation_id, calls in release_records.calls_of_runs(opened):
            counted[invocation_id] = max(counted.get(invocation_id, 0), calls)
        break
    there = journal.rows(
        "select invocation_id, count(distinct call_id) as calls from llm_attempts"
        " group by invocation_id"
    )
    found = {row["invocation_id"]: row["calls"] for row in there}
    lost = sum(max(0, calls - found.get(name, 0)) for name, calls in counted.items())
    yield (
        f"journal: {lost} answers stood only in it and are lost; they are asked again when they "
        "are needed. Answers of a run that was killed since the last one ended are in no count."
    )
    vectors = journal.rows(
        "select count(distinct call_id) as n from llm_attempts where operation_name = 'embeddings'"
        " and is_forgotten = 0 and state = 'answered'"
    )[0]["n"]
    if vectors:
        yield f"journal: the vectors of {vectors} embedding calls stood only in it"
    yield (
        "journal: the arguments of earlier runs stood only in it: those cannot be resumed, and "
        "the next run builds though nothing is new (it asks nothing that was answered)"
    )

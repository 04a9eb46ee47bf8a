"""Forgets an object in stages: each can be done again, so a forgetting that was killed goes on.

What is to go is written into the journal first and leaves it last: whatever happens in between,
the next call knows the rest. Everybody who may write the same tables is kept out meanwhile.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from ingestion.lakehouse import journal, lock
from ingestion.lakehouse.catalog import catalog
from ingestion.lakehouse.extensions import connect_duckdb
from ingestion.lakehouse.faults import fault
from ingestion.lakehouse.file_lock import exclusive
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.objects import object_store
from ingestion.lakehouse.write_ahead import BUSY_SECONDS
from python_models.knowledge.forgetting import lake_texts
from python_models.knowledge.forgetting.blob_copies import copy_of
from python_models.knowledge.forgetting.journal_cells import forget_in_journal
from python_models.knowledge.forgetting.named_lines import name_hash
from python_models.knowledge.forgetting.person_rows import changes_of
from python_models.knowledge.forgetting.plan import NothingSo, Plan, made
from python_models.knowledge.forgetting.rows import NAMESPACES
from python_models.llm.ledger.fold import fold_journal, only_folder
from python_models.release import kept_tables, release_file, tier_files
from python_models.upkeep.backup import LOCK
from python_models.upkeep.rewrite import Rewritten, drop_replaced, rewrite

_BEGUN = (
    "create table if not exists knowledge_forgettings"
    " (forgetting_id text primary key, plan text not null, begun_at text not null)"
)
Planned = Callable[[duckdb.DuckDBPyConnection, str], Plan]
HASHES_KEPT = 64  # of lines, so that what is forgotten can be looked for and not be read
_COUNTED = ("object", "version", "text", "fact", "edge", "call", "blob")
# made again without asking anybody
_MADE_AGAIN = ("build.duckdb", "build.duckdb.wal", "spill", "search", "settled", "dlt/scratch")
_PLAIN = ("logs", "docs", "dlt")  # plain files that may have told of it: they go where they did


@dataclass
class Report:
    """What was forgotten, or would be."""

    forgetting_id: str
    counts: dict[str, int]
    tables: list[Rewritten] = field(default_factory=list)
    left: list[str] = field(default_factory=list)  # files that still have a line of it
    went_on: bool = False  # with what an earlier call had begun, whatever was named now
    copies: int = 0  # blobs that others stand in too, each in the place of one with a person

    def as_document(self) -> dict[str, object]:
        """Return it as plain data."""
        return {
            "forgetting_id": self.forgetting_id,
            **self.counts,
            "tables": [vars(one) for one in self.tables if one.rows or one.unreadable],
            "left": self.left,
            "went_on": self.went_on,
            "copies": self.copies,
        }


def unfinished() -> tuple[str, Plan] | None:
    """Return the forgetting that was begun and is not done."""
    with journal.journal() as connection:
        connection.execute(_BEGUN)
        found = connection.execute(
            "select forgetting_id, plan from knowledge_forgettings order by begun_at limit 1"
        ).fetchone()
    return (found[0], Plan.of_json(found[1])) if found else None


def looked_at(name: str, planned: Planned = made) -> Report:
    """Return what would go with an object, or a person; changes nothing.

    Raises:
        NothingSo: nothing has that name, or several have.
    """
    with connect_duckdb() as session:
        plan = planned(session, name)
    with _session(plan) as session:
        tables = _rewritten(session, plan, "", dry_run=True)
        return Report("", _counts(plan), tables, copies=len(plan.copies))


def forget(name: str | None, planned: Planned = made) -> Report:
    """Forget an object, or a person, or go on with what was begun.

    Args:
        name: what is to go.
        planned: what goes with it: `made` for an object, `made_for_person`.

    Raises:
        NothingSo: nothing has that name, several have, or nothing was begun.
        LakeLocked, Locked: a build, a landing or a backup is at work.
    """
    with _alone():
        begun = unfinished()
        went_on = begun is not None
        if begun is None:
            if not name:
                raise NothingSo("No forgetting was begun. Name what is to go: OBJECT=<id or title>")
            with connect_duckdb() as session:
                begun = _begin(planned(session, name))
        forgetting_id, plan = begun
        fault("forget.begun")
        forget_in_journal(plan)
        fault("forget.journal")
        _copy_blobs(plan)
        with _session(plan) as session:
            tables = _rewritten(session, plan, f"forgotten-{forgetting_id}")
            _note(forgetting_id, plan)
            _write_releases()
            fault("forget.released")
            _drop(session, plan)
        fault("forget.dropped")
        _end(forgetting_id)
        return Report(
            forgetting_id, _counts(plan), tables, found_in(plan), went_on, len(plan.copies)
        )


@contextmanager
def _alone() -> Iterator[None]:
    with ExitStack() as stack:
        stack.enter_context(lock.build_lock("knowledge-forget"))
        landing = lake().dlt_dir / "knowledge.lock"
        stack.enter_context(exclusive(landing, "Landing knowledge"))
        stack.enter_context(exclusive(lake().root / LOCK, "The lake's set of files"))
        fold_journal()  # the plan goes by the ledger's tables
        stack.enter_context(only_folder())
        yield


@contextmanager
def _session(plan: Plan) -> Iterator[duckdb.DuckDBPyConnection]:
    with connect_duckdb() as session:
        session.execute("set TimeZone = 'UTC'")
        plan.load(session)
        yield session


def _begin(plan: Plan) -> tuple[str, Plan]:
    said = f"{journal.now()}\n{plan.rows['gone_objects']}"
    forgetting_id = hashlib.sha256(said.encode()).hexdigest()[:12]
    with journal.journal() as connection:
        connection.execute(_BEGUN)
        connection.execute(
            "insert into knowledge_forgettings values (?, ?, ?)",
            (forgetting_id, plan.as_json(), journal.now()),
        )
    return forgetting_id, plan


def _counts(plan: Plan) -> dict[str, int]:
    return {name: len(plan.rows[f"gone_{name}s"]) for name in _COUNTED} | {
        "shared_blob": plan.shared_blobs
    }


def _copy_blobs(plan: Plan) -> None:
    """Put a copy without the person beside each blob that others stand in too."""
    store = object_store()
    for blob, copy, how in plan.copies:
        if not store.exists(copy):
            made_copy = copy_of(store.get(blob), plan.names, plan.names_here, how)
            assert made_copy is not None and store.put(made_copy) == copy
    store.sync([copy for _, copy, _ in plan.copies])


def _rewritten(
    session: duckdb.DuckDBPyConnection, plan: Plan, mark: str, dry_run: bool = False
) -> list[Rewritten]:
    found, changes = [], changes_of(session, plan)
    for name in _names():
        found.append(rewrite(session, name, changes, mark, dry_run))
        if not dry_run:
            fault("forget.table")
    return found


def _names() -> list[tuple[str, str]]:
    opened = catalog()
    there = {one[0] for one in opened.list_namespaces()}
    return [
        (str(name[0]), str(name[1]))
        for namespace in NAMESPACES
        if namespace in there
        for name in sorted(opened.list_tables(namespace))
        if not name[1].startswith("_dlt")
    ]


def _note(forgetting_id: str, plan: Plan) -> None:
    """Keep the row that says that something was forgotten: hashes and counts, nothing of it."""
    objects = sorted(_hash(row[0]) for row in plan.rows["gone_objects"])
    lines = sorted(_hash(f"{forgetting_id}\n{line}") for line in plan.lines)
    names = sorted({name_hash(forgetting_id, one) for one in set(plan.names) - set(plan.lines)})
    row = {"forgetting_id": forgetting_id, "forgotten_at": journal.now()}
    row |= {
        "object_hashes": json.dumps(objects),
        "line_hashes": json.dumps(lines[:HASHES_KEPT] + names),
    }
    counts = {f"{name}_count": count for name, count in _counts(plan).items()}
    kept_tables.keep("knowledge", "forgotten", [row | counts])


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _write_releases() -> None:
    """Write every release anew, under its number; readers go from the file they see to its new."""
    if not lake().latest.exists():
        return
    before = [path for paths in release_file.files_by_release().values() for path in paths]
    current = release_file.current_release_id()
    for release_id in release_file.files_by_release():
        if release_id != current:
            release_file.made(release_id or None, None, may_shrink=True)
    release_file.write(current, None, may_shrink=True)
    for path in before:
        if not release_file.is_latest(path):
            path.unlink(missing_ok=True)
    tier_files.drop_lone(lake().releases)


def _drop(session: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    """Delete the files that nothing names any more, and those that are made again."""
    for name in _names():
        drop_replaced(session, name)
    for (blob,) in plan.rows["gone_blobs"]:
        object_store().delete(blob)
    for place in _MADE_AGAIN:
        path = lake().root / place
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    for path in lake_texts.files():
        is_plain = path.relative_to(lake().root).parts[0] in _PLAIN
        if is_plain and _tells(path, plan):
            path.unlink()


def _tells(path: Path, plan: Plan) -> bool:
    return any(plan.tells(text) for text in lake_texts.texts_of(path))


def _end(forgetting_id: str) -> None:
    """Let the plan go, and the pages of the journal it and the rest stood on."""
    path = lake().journal_db
    with journal.journal() as connection:
        connection.execute(
            "delete from knowledge_forgettings where forgetting_id = ?", (forgetting_id,)
        )
    with closing(sqlite3.connect(path, timeout=BUSY_SECONDS)) as connection:
        connection.execute("vacuum")
        connection.execute("pragma wal_checkpoint(truncate)")


def found_in(plan: Plan) -> list[str]:
    """Return the files of the lake that tell a line or a name of what went."""
    root = lake().root
    return [str(path.relative_to(root)) for path in lake_texts.files() if _tells(path, plan)]

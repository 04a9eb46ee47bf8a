"""Rows whose outcome stands: all it comes from is as it was when it was worked out.

What becomes of a row follows from the step (prompt, type, check, our code, whom it asks), from the
row, and from the ledger's entry of its answer. A run leaves the outcomes that are good beside
hashes of the three; the next one compares them column-wise, and renders, looks up and judges only
the rows where one of them differs. The file is no source of anything: deleted, it is made again.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import marshal
import os
import sqlite3
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import feather

from ingestion.lakehouse.code_state import HASH, code_hash, is_full_refresh
from ingestion.lakehouse.lake import lake
from python_models.llm.asking.asking import Work
from python_models.llm.asking.results import Results
from python_models.llm.ledger.journal import reading, select_in
from python_models.llm.ledger.recording import RECORDER
from python_models.llm.prompting.calls import Call
from python_models.llm.prompting.identity import text_hash
from python_models.llm.prompting.prompts import to_json
from python_models.llm.step import GOOD, Step

FEW = 1_000  # rows: fewer are judged anew in a tenth of a second
UNUSED_DAYS = 30.0  # a file that no run has used for so long is deleted
LEDGER_ROW, LEDGER_HASH = "ledger_row", "ledger_hash"
OWN = (HASH, LEDGER_ROW, LEDGER_HASH)
_MARK, _ENTRIES = b"sluice.step", b"sluice.entries"
_ENTRY = (
    "call_id, status, raw_answer, finish_reason, refusal, error, error_type, provider, model, "
    "attempts, prompt_tokens, completion_tokens, cost_usd, seconds, asked_at"
)  # all of the ledger's entry that an outcome is made of
_ENTRIES_OF = f"select rowid, {_ENTRY} from llm_calls where"
_AT_ROWS = f"{_ENTRIES_OF} rowid in (select value from json_each(?))"
_OF_CALLS = f"{_ENTRIES_OF} call_id in ({{}})"


@dataclass
class Settled:
    """A step's rows: outcomes that stand, in the order of their rows, and rows that are left."""

    stands: np.ndarray  # of each row: whether its outcome does
    kept: pa.Table | None = None  # the outcomes that stand
    path: Path | None = None  # where outcomes are left for the next run; none: nowhere
    mark: bytes = b""
    hashes: pa.Array | None = None  # of the rows
    known: int = 0  # outcomes the file holds

    def left(self, table: pa.Table) -> pa.Table:
        """Return the rows that are left, of the step's."""
        return table.filter(pa.array(~self.stands)) if self.kept else table

    def places_left(self, places: set[int] | None) -> set[int] | None:
        """Return the places that some rows have among those left."""
        if places is None or self.kept is None:
            return places
        ranks = np.cumsum(~self.stands) - 1
        return {int(ranks[at]) for at in places if not self.stands[at]}

    def whole(self, left: pa.Table) -> pa.Table:
        """Return all rows' outcomes in the order of the rows, given those of the rows left."""
        if self.kept is None:
            return left
        kept = self.kept.drop_columns(list(OWN)).replace_schema_metadata(left.schema.metadata)
        places = np.concatenate([np.flatnonzero(self.stands), np.flatnonzero(~self.stands)])
        whole = pa.concat_tables([kept, left])
        return whole.take(np.argsort(places)) if left.num_rows else whole

    def save(self, results: Results, left: pa.Table) -> None:
        """Leave the good outcomes for the next run, once their answers are in the ledger."""
        if self.path is None or self.hashes is None:
            return
        new = _with_entries(results, left, self.hashes.filter(pa.array(~self.stands)))
        tables = [table for table in (self.kept, new) if table]
        if not tables:
            self.path.unlink(missing_ok=True)
            return
        written = pa.concat_tables(tables)
        if new is None and written.num_rows == self.known:
            self.path.touch()
            return
        with reading(lake().journal_db) as connection:
            entries = _entries_hash(connection, written)
        if _held(written.replace_schema_metadata({_ENTRIES: b""})).num_rows < written.num_rows:
            return  # somebody changes the ledger meanwhile
        written = written.replace_schema_metadata({_MARK: self.mark, _ENTRIES: entries})
        self.path.parent.mkdir(exist_ok=True)
        partial = self.path.with_suffix(f".{os.getpid()}")
        feather.write_feather(written, str(partial), compression="lz4")
        partial.replace(self.path)
        _drop_unused(self.path.parent)


def settled(work: Work, table: pa.Table, model: str) -> Settled:
    """Return which rows' outcomes stand: none of a step whose rows are gone through anyway.

    These are: few rows; a cascade, whose threshold rests on all rows; a check or a type that is no
    part of a module, as nobody can tell what is inside; an estimate; a full refresh.
    """
    step, found = work.step, Settled(np.zeros(table.num_rows, dtype=bool))
    is_out = step.cascade is not None or RECORDER.get() is not None
    if is_out or not all(map(_is_named, (step.check, step.answer))):
        return found
    name = text_hash(to_json([work.node, step.name, str(step.template), model]))[:16]
    path = lake().settled / f"{name}.arrow"
    if table.num_rows < FEW:
        path.unlink(missing_ok=True)  # texts of rows that went stay nowhere
        return found
    found.path, found.hashes = path, _hashes(table)
    found.mark = _fingerprint(work, table, model).encode()
    before = None if is_full_refresh() else _read(path, found.mark)
    if before is None:
        return found
    before, found.known = _held(before), before.num_rows
    is_same = before[HASH].combine_chunks().equals(found.hashes)
    at = pc.index_in(found.hashes, value_set=before[HASH].combine_chunks())
    found.stands = np.asarray(at.is_valid())
    found.kept = before if is_same else before.take(at.drop_null())
    return found


def _is_named(thing: Any) -> bool:
    """Say whether a function or type is what its module has under its name: all of it is there."""
    if thing is None:
        return True
    module = sys.modules.get(getattr(thing, "__module__", ""))
    return getattr(module, getattr(thing, "__qualname__", ""), None) is thing


def _fingerprint(work: Work, table: pa.Table, model: str) -> str:
    """Return the hash of all that an outcome comes from beside the row and the ledger's entry."""
    step, prompt = work.step, work.prompt
    named = [one for one in (step.check, step.answer) if one is not None]
    sources = {Path(inspect.getfile(one)) for one in named}
    parts = [
        code_hash(""), sys.version, [path.read_text("utf-8") for path in sorted(sources)],
        [f"{one.__module__}.{one.__qualname__}" for one in named],
        prompt.name, prompt.text_hash, prompt.header.model_dump(), _plain_fields(step),
        work.shared.endpoint.identity, model, str(table.schema.remove_metadata()),
    ]  # fmt: skip
    return text_hash(to_json(parts))


def _plain_fields(step: Step) -> list[Any]:
    return [step.name, step.key, step.replicate, step.batch_size > 1, step.said_once]


def _hashes(table: pa.Table) -> pa.Array:
    """Return a hash of each row, all its columns in it: a prompt or a check may read any."""
    with duckdb.connect() as session:
        session.register("step_rows", table)
        hashed = f"select md5(to_json(step_rows)) as {HASH} from step_rows"
        return session.sql(hashed).to_arrow_table()[HASH].combine_chunks()


def _read(path: Path, mark: bytes) -> pa.Table | None:
    """Return what the last run of the same step left, if it did."""
    try:
        found = feather.read_table(str(path))
    except (OSError, pa.ArrowException):
        return None
    return found if (found.schema.metadata or {}).get(_MARK) == mark else None


def _held(before: pa.Table) -> pa.Table:
    """Return the outcomes for which the ledger's entry of the answer is what it was."""
    with reading(lake().journal_db) as connection:
        if _entries_hash(connection, before) == before.schema.metadata[_ENTRIES]:
            return before
        entries = connection.execute(_AT_ROWS, [_rows_of(before)])
        held = {row: _entry_hash(entry) for row, *entry in entries}
    pairs = zip(before[LEDGER_ROW].to_pylist(), before[LEDGER_HASH].to_pylist(), strict=True)
    return before.filter(pa.array([held.get(row) == kept for row, kept in pairs], pa.bool_()))


def _rows_of(table: pa.Table) -> str:
    return json.dumps(np.unique(table[LEDGER_ROW].to_numpy()).tolist())


def _entries_hash(connection: sqlite3.Connection, table: pa.Table) -> bytes:
    """Return one hash of all entries that outcomes come from: half the work of one for each."""
    digest, entries = hashlib.sha256(), connection.execute(_AT_ROWS, [_rows_of(table)])
    while chunk := entries.fetchmany(1_000):
        digest.update(marshal.dumps(chunk, 2))
    return digest.digest()


def _entry_hash(entry: list[Any]) -> bytes:
    # the later versions write a text in two ways, as Python happens to hold it
    return hashlib.sha256(marshal.dumps(entry, 2)).digest()


def _with_entries(results: Results, left: pa.Table, hashes: pa.Array) -> pa.Table | None:
    """Return the good outcomes worked out now, with the ledger's entries they were made of."""
    calls = {call.call_id: call for call in results.calls if call is not None}
    with reading(lake().journal_db) as connection:
        entries = _entries_of(connection, calls)
    states = zip(results.statuses(), results.calls, strict=True)
    good = [
        entries.get(call.call_id) if call is not None and status in GOOD else None
        for status, call in states
    ]
    if not any(good):
        return None
    own = [
        hashes,
        pa.array([entry and entry[0] for entry in good], pa.int64()),
        pa.array([entry and entry[1] for entry in good], pa.binary()),
    ]
    for name, values in zip(OWN, own, strict=True):
        left = left.append_column(name, values)
    return left.filter(pa.array([entry is not None for entry in good]))


def _entries_of(
    connection: sqlite3.Connection, calls: dict[str, Call]
) -> dict[str, tuple[int, bytes]]:
    """Return where the ledger has calls, and their hashes; not those that were changed since."""
    return {
        entry[0]: (row, _entry_hash(entry))
        for row, *entry in select_in(connection, _OF_CALLS, list(calls))
        if entry == _judged(calls[entry[0]])
    }


def _judged(call: Call) -> list[Any]:
    """Return of a call what was judged, as the ledger keeps it."""
    answer, spent = call.answer, call.spent
    said = (answer.content, answer.finish_reason, answer.refusal) if answer else (None,) * 3
    return [
        call.call_id, call.status, *said, call.error, call.error_type, call.provider, call.model,
        spent.attempts, spent.prompt_tokens, spent.completion_tokens, spent.cost_usd,
        spent.seconds, call.asked_at,
    ]  # fmt: skip


def _drop_unused(folder: Path) -> None:
    """Delete what no run has used for long: of a step that is gone, or asks another model."""
    for path in folder.iterdir():
        if time.time() - path.stat().st_mtime > UNUSED_DAYS * 86_400:
            path.unlink(missing_ok=True)

"""Texts scored without a judge: by pattern, wanted text, JSON schema, length or own function."""

from __future__ import annotations

import math
from typing import Any

import pyarrow as pa

from ingestion.experiments.own_code import CannotRun, called, matches, unfit
from python_models.experiments.function_state import function_state
from python_models.release.reuse import HASH, hash_of, reusable_rows

Row = dict[str, Any]
COLUMNS = pa.schema(
    [
        ("gen_id", pa.string()),
        ("scorer_hash", pa.string()),
        (HASH, pa.string()),
        ("status", pa.string()),
        ("error", pa.string()),
        ("value", pa.float64()),
        ("share", pa.float64()),
    ]
)
READ = ("scorer_hash", "kind", "argument", "lowest", "highest", "text")
BATCH = 1000


def texts_scored(planned: Any, before: Any = None) -> pa.Table:
    """Return what each scorer says of each text of a relation.

    `value` is what was measured (how often a pattern is found, words, what a function gave), and
    `share` what it is worth from 0 to 1: within the limits or not, or where on a function's scale.
    What cannot be measured is an error row that says why.

    Args:
        planned: a DuckDB relation of texts (gen_id, text) beside scorers.
        before: what this gave for the last build; it holds for the same text and scorer.
    """
    columns = [*READ, function_state(planned, "argument")]
    wanted = planned.project(
        f"gen_id, {', '.join(READ)}, {hash_of(columns, 'experiments')} as {HASH}"
    )
    kept, left = reusable_rows(wanted, before)
    found = []
    for batch in left.order("scorer_hash, gen_id").to_arrow_reader(BATCH):
        rows = [scored(row) for row in batch.to_pylist()]
        found.append(pa.Table.from_pylist(rows, COLUMNS))
    if kept is not None:
        found.append(kept.select(COLUMNS.names).cast(COLUMNS))
    return pa.concat_tables(found) if found else COLUMNS.empty_table()


def scored(row: Row) -> Row:
    """Return what a scorer says of a text."""
    own = {name: row.get(name) for name in ("gen_id", "scorer_hash", HASH)}
    try:
        value, share = _measured(row)
    except CannotRun as error:
        return own | {"status": "error", "error": str(error)}
    return own | {"status": "ok", "value": value, "share": share}


def _measured(row: Row) -> tuple[float, float]:
    kind, argument, text = row["kind"], row["argument"], row["text"]
    if kind == "function":
        return _on_scale(argument, called(argument, text), row["lowest"], row["highest"])
    if kind == "exact":
        value = float(_plain(text) == _plain(argument))
        return value, value
    if kind == "json_schema":
        value = float(unfit(argument, text) is None)
        return value, value
    value = float(len(matches(argument, text)) if kind == "regex" else _length(argument, text))
    is_within = _or(row["lowest"], -math.inf) <= value <= _or(row["highest"], math.inf)
    return value, float(is_within)


def _or(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else value


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _length(unit: str, text: str) -> int:
    """Return how long a text is in words, characters or lines that are not blank."""
    if unit == "words":
        return len(text.split())
    if unit == "lines":
        return sum(1 for line in text.splitlines() if line.strip())
    return len(text.strip())


def _on_scale(function: str, value: Any, low: float, high: float) -> tuple[float, float]:
    if value is None or isinstance(value, str) or not math.isfinite(value):
        raise CannotRun(f"{function} gave {value!r}, which is no number")
    if not low <= value <= high:
        raise CannotRun(f"{function} gave {value:g}, which is not within {low:g} to {high:g}")
    return float(value), (value - low) / (high - low)

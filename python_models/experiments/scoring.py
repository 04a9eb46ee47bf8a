"""Evaluations as scores: each text read by its template's parser, each failure kept with why."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from python_models.experiments.function_state import function_state
from python_models.release.reuse import HASH, hash_of, reusable_rows

if TYPE_CHECKING:
    from python_models.experiments.scores import Parsed, ScoreError

USABLE = ("ok", "repaired")
READ = ("status", "error", "parsed", "parser", "scale_min", "scale_max")
COLUMNS = pa.schema(
    [
        ("gen_id", pa.string()),
        (HASH, pa.string()),
        ("status", pa.string()),
        ("error_code", pa.string()),
        ("error", pa.string()),
        ("reading", pa.string()),
        ("found", pa.string()),
        ("score", pa.float64()),
        ("raw_score", pa.float64()),
        ("second_score", pa.float64()),
        ("second_raw_score", pa.float64()),
    ]
)


def scores_parsed(evaluations: Any, before: Any = None) -> pa.Table:
    """Return a row for each evaluation of a DuckDB relation that has been asked, with its score.

    Scores come from the stored parsed text alone; one without it is an error that says so.

    Args:
        evaluations: a DuckDB relation of generations.
        before: what this gave for the last build; it holds for texts that are the same.
    """
    asked = evaluations.filter("stage = 'evaluation' and status <> 'pending'")
    columns = [*READ, function_state(asked, "parser")]
    wanted = asked.project(
        f"gen_id, {', '.join(READ)}, {hash_of(columns, 'experiments')} as {HASH}"
    )
    kept, left = reusable_rows(wanted, before)
    rows = left.order("gen_id").to_arrow_table().to_pylist()
    found = pa.Table.from_pylist(list(scored(rows)), COLUMNS)
    return found if kept is None else pa.concat_tables([kept.cast(COLUMNS), found])


def scored(evaluations: Iterable[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    """Give each evaluation's score, or its error."""
    for row in evaluations:
        # patterns that take 1.5 s of CPU to compile: a run with nothing to read does without
        from python_models.experiments.scores import ScoreError

        found = _found(row)
        one = {"gen_id": row["gen_id"], HASH: row.get(HASH)}
        if isinstance(found, ScoreError):
            yield one | {"status": "error", "error_code": found.reason, "error": found.detail}
            continue
        yield one | {
            "status": "ok",
            "reading": found.reading,
            "found": found.found,
            "score": found.score,
            "raw_score": found.raw_score,
            "second_score": found.second_score,
            "second_raw_score": found.second_raw_score,
        }


def _found(row: dict[str, Any]) -> Parsed | ScoreError:
    from python_models.experiments.own_scores import is_own_parser, read_own
    from python_models.experiments.scores import PARSERS, ScoreError, parse

    if row["status"] not in USABLE:
        return ScoreError("no_text", row["error"] or f"the evaluation is {row['status']}")
    is_own = is_own_parser(row["parser"])
    if row["parser"] not in PARSERS and not is_own:
        return ScoreError("no_parser", f"the template names no parser known: {row['parser']}")
    low, high = row["scale_min"], row["scale_max"]
    scale = (0.0 if low is None else low, 10.0 if high is None else high)
    if not scale[0] < scale[1]:
        return ScoreError("no_scale", f"a scale from {low} to {high} holds no scores")
    return (read_own if is_own else parse)(row["parsed"], row["parser"], scale)

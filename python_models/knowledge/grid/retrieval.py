"""How well the chunks of a cell answer questions whose answers' words are known.

A question's gold spans are code points of documents, so that chunkers can be compared: what counts
is how much of these spans the first chunks hold, not which chunk it is.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from python_models.knowledge.spans import find_span

K = 10
FIRST = 5  # chunks that precision and intersection over union look at
Row = Mapping[str, Any]
Place = tuple[str, int, int]  # object_id, [start, end)

MEASURED = pa.schema(
    [
        ("grid_id", pa.string()),
        ("cell_id", pa.string()),
        ("question_id", pa.string()),
        ("question", pa.string()),
        ("answer", pa.string()),
        ("gold_spans", pa.string()),  # JSON list of {object_id, span_start, span_end}
        ("missing_references", pa.int64()),  # quotes that stand in no document in force
        ("first_rank", pa.int64()),  # of the first chunk that holds part of the answer
        ("recall_at_5", pa.float64()),
        ("recall_at_10", pa.float64()),
        ("reciprocal_rank", pa.float64()),
        ("ndcg_at_10", pa.float64()),
        ("precision_at_5", pa.float64()),
        ("iou_at_5", pa.float64()),
        ("hybrid_recall_at_5", pa.float64()),  # by words and vectors; null where these do not weigh
        ("hybrid_ndcg_at_10", pa.float64()),
    ]
)


@dataclass(frozen=True)
class Gold:
    """Where the answer to a question stands, and how many of its quotes stand nowhere."""

    places: tuple[Place, ...]
    missing: int


def gold_of(reference_list: str, documents: Mapping[tuple[str, str], Row]) -> Gold:
    """Return the spans of a question's quotes in documents by (source, native id)."""
    places: list[Place] = []
    listed = json.loads(reference_list or "[]")
    for one in listed:
        document = documents.get((one["source"], one["native_id"]))
        span = find_span(document["text"], one["quote"]) if document else None
        if document and span:
            places.append((document["object_id"], span.start, span.end))
    return Gold(tuple(merged(places)), len(listed) - len(places))


def merged(places: Iterable[Place]) -> list[Place]:
    """Return places that do not overlap and cover the same code points."""
    found: list[Place] = []
    for name, start, end in sorted(places):
        if found and found[-1][0] == name and start <= found[-1][2]:
            found[-1] = (name, found[-1][1], max(end, found[-1][2]))
        else:
            found.append((name, start, end))
    return found


def shared(one: Iterable[Place], other: Iterable[Place]) -> int:
    """Return how many code points two sets of places have in common; neither overlaps itself."""
    others = list(other)
    return sum(
        max(0, min(end, b) - max(start, a))
        for name, start, end in one
        for other_name, a, b in others
        if name == other_name
    )


def size(places: Iterable[Place]) -> int:
    """Return how many code points places have."""
    return sum(end - start for _, start, end in places)


def measured(gold: Sequence[Place], ranked: Sequence[Place]) -> dict[str, float | int | None]:
    """Return the measures of one question.

    Args:
        gold: spans of the answer; at least one, none overlapping.
        ranked: spans of the chunks that were found, the best first.
    """
    hits = [shared(gold, [place]) > 0 for place in ranked[:K]]
    first = hits.index(True) + 1 if any(hits) else None
    gain = sum(1 / math.log2(place + 2) for place, is_hit in enumerate(hits) if is_hit)
    best = sum(1 / math.log2(place + 2) for place in range(min(K, max(sum(hits), len(gold)))))
    few = merged(ranked[:FIRST])
    common = shared(gold, few)
    return {
        "first_rank": first,
        "recall_at_5": common / size(gold),
        "recall_at_10": shared(gold, merged(ranked[:K])) / size(gold),
        "reciprocal_rank": 1 / first if first else 0.0,
        "ndcg_at_10": gain / best if best else 0.0,
        "precision_at_5": common / size(few) if few else 0.0,
        "iou_at_5": common / (size(gold) + size(few) - common),
    }


def question_rows(
    cells: Iterable[Row],
    questions: Iterable[Row],
    documents: Iterable[Row],
    found: Mapping[tuple[str, str], Sequence[Place]],
    hybrid: Mapping[tuple[str, str, str], Sequence[Place]] | None = None,
) -> pa.Table:
    """Return a row per cell and question of its grid whose answer stands somewhere.

    Args:
        cells: `grid_id`, `cell_id`, `chunker_id`, `embedder_id`.
        questions: `grid_id`, `question_id`, `question`, `answer`, `reference_list`.
        documents: those in force: `source`, `native_id`, `object_id`, `text`.
        found: chunks by (chunker, question), the best first.
        hybrid: the same by (chunker, embedder, question), fused with what vectors find.
    """
    by_name = {(row["source"], row["native_id"]): row for row in documents}
    asked = [(row, gold_of(row["reference_list"], by_name)) for row in questions]
    rows = []
    for cell in cells:
        for question, gold in asked:
            if question["grid_id"] != cell["grid_id"]:
                continue
            ranked = found.get((cell["chunker_id"], question["question"]), ())
            named = ("object_id", "span_start", "span_end")
            spans = [dict(zip(named, place, strict=True)) for place in gold.places]
            rows.append(
                {"grid_id": cell["grid_id"], "cell_id": cell["cell_id"],
                 "gold_spans": json.dumps(spans), "missing_references": gold.missing}
                | {name: question[name] for name in ("question_id", "question", "answer")}
                | (measured(gold.places, ranked) if gold.places else {})
                | _hybrid(gold, (hybrid or {}).get(
                    (cell["chunker_id"], cell.get("embedder_id", ""), question["question"])))
            )  # fmt: skip
    return pa.Table.from_pylist(rows, MEASURED)


def _hybrid(gold: Gold, ranked: Sequence[Place] | None) -> dict[str, float | int | None]:
    if ranked is None or not gold.places:
        return {}
    found = measured(gold.places, ranked)
    return {f"hybrid_{name}": found[name] for name in ("recall_at_5", "ndcg_at_10")}

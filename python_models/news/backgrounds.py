"""Who or what an entity is, with the evidence that says so: declared lines, or the corpus."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from python_models.llm.step import GOOD
from python_models.news.checks.evidence import split_sentences
from python_models.news.entities import pattern_of
from python_models.news.questions import LANGUAGE_NAMES
from python_models.news.steps import LINE

Row = Mapping[str, Any]
UNKNOWN = "no background known"
QUEUED = pa.schema(
    [
        ("entity_id", pa.string()),
        ("evidence_hash", pa.string()),
        ("name", pa.string()),
        ("type", pa.string()),
        ("line", pa.string()),  # declared, or of an earlier run; null: to be written
        ("status", pa.string()),  # declared | cached | no_evidence | to_write
        ("evidence", pa.string()),  # list of {id, text}
        ("source", pa.string()),
        ("source_url", pa.string()),
        ("licence", pa.string()),
        ("as_of", pa.timestamp("us")),
    ]
)
ASKED = pa.schema(
    [
        ("entity_id", pa.string()),
        ("name", pa.string()),
        ("type", pa.string()),
        ("evidence", pa.list_(pa.string())),
        ("most", pa.int64()),
        ("language_name", pa.string()),
    ]
)
BACKGROUNDS = pa.schema(
    [
        ("run_id", pa.string()),
        *[(field.name, field.type) for field in QUEUED],
        ("call_id", pa.string()),
        ("provider", pa.string()),
        ("model", pa.string()),
        ("prompt_tokens", pa.int64()),
        ("completion_tokens", pa.int64()),
        ("cost_usd", pa.float64()),
    ]
)


def queued_of(
    entities: Sequence[Row],
    dictionary: Iterable[Row],
    passages: Sequence[Row],
    earlier: Iterable[Row],
    as_of: Any,
    most_passages: int,
    most_entities: int,
) -> pa.Table:
    """Return the entities that get a line, with the evidence for it.

    Args:
        entities: with story_ids, the commonest first.
        dictionary: declared entities with their lines.
        passages: of the corpus: passage_id, text.
        earlier: backgrounds of the run before: entity_id, evidence_hash, line, status.
        as_of: the run's time, the date of what the corpus says.
        most_passages: so many passages at most for one entity.
        most_entities: so many entities at most for one story.
    """
    declared = {row["entity_id"]: row for row in dictionary}
    cached = {(row["entity_id"], row["evidence_hash"]): row for row in earlier}
    counts: dict[str, int] = {}
    rows = []
    for entity in entities:
        wanted = [
            one for one in json.loads(entity["story_ids"]) if counts.get(one, 0) < most_entities
        ]
        if not wanted:
            continue
        counts |= {one: counts.get(one, 0) + 1 for one in wanted}
        rows.append(_queued(entity, declared, passages, cached, as_of, most_passages))
    return pa.Table.from_pylist(rows, QUEUED)


def _queued(
    entity: Row,
    declared: Mapping[str, Row],
    passages: Sequence[Row],
    cached: Mapping[tuple[str, str], Row],
    as_of: Any,
    most: int,
) -> dict[str, Any]:
    known = declared.get(entity["entity_id"])
    base = {"entity_id": entity["entity_id"], "name": entity["name"], "type": entity["type"]}
    if known is not None and known["line"]:
        evidence = [{"id": known["source"], "text": known["line"]}]
        told = {name: known[name] for name in ("line", "source", "source_url", "licence", "as_of")}
        return base | told | _hashed(evidence) | {"status": "declared"}
    evidence = _said_of(entity, passages, most)
    row = base | {"source": "corpus", "as_of": as_of} | _hashed(evidence)
    if not evidence:
        return row | {"line": UNKNOWN, "status": "no_evidence"}
    before = cached.get((entity["entity_id"], row["evidence_hash"]))
    if before is not None and before["line"]:
        return row | {"line": before["line"], "status": "cached"}
    return row | {"line": None, "status": "to_write"}


def _hashed(evidence: Sequence[Mapping[str, str]]) -> dict[str, str]:
    text = json.dumps(list(evidence), ensure_ascii=False, sort_keys=True)
    return {"evidence": text, "evidence_hash": hashlib.sha256(text.encode()).hexdigest()[:16]}


def _said_of(entity: Row, passages: Sequence[Row], most: int) -> list[dict[str, str]]:
    """Return sentences of the corpus that say who or what an entity is, the oldest ids first."""
    name = pattern_of(entity).pattern
    says = re.compile(
        rf"{name}(?:,? (?:which|who))? (?:is|was|are) (?:a|an|the|one of)\b"
        rf"|{name}, (?:a|an|the|its|chief|head|founder|maker|owner|developer)\b"
    )
    found: dict[str, dict[str, str]] = {}
    for passage in passages:
        if entity["name"] not in passage["text"]:
            continue
        for sentence in split_sentences(passage["text"]):
            if says.search(sentence):
                found.setdefault(sentence, {"id": passage["passage_id"], "text": sentence})
    return sorted(found.values(), key=lambda one: (one["id"], one["text"]))[:most]


def asked_rows(queued: Iterable[Row], language: str) -> pa.Table:
    """Return the entities whose line is to be written."""
    rows = [
        {
            "entity_id": row["entity_id"],
            "name": row["name"],
            "type": row["type"],
            "evidence": [
                json.dumps(one, ensure_ascii=False) for one in json.loads(row["evidence"])
            ],
            "most": LINE,
            "language_name": LANGUAGE_NAMES.get(language, language),
        }
        for row in queued
        if row["status"] == "to_write"
    ]
    return pa.Table.from_pylist(rows, ASKED)


def backgrounds_of(run_id: str | None, queued: Iterable[Row], written: Iterable[Row]) -> pa.Table:
    """Return one line for each entity, or that none is known."""
    answers = {row["entity_id"]: row for row in written}
    costs = BACKGROUNDS.names[-6:]
    rows = []
    for row in queued:
        answer = answers.get(row["entity_id"])
        new = dict(row) | {"run_id": run_id}
        if answer is not None:
            is_good = answer["status"] in GOOD and answer["is_known"] and answer["line"]
            new |= {name: answer[name] for name in costs}
            new |= {
                "line": answer["line"] if is_good else UNKNOWN,
                "status": "written" if is_good else _status(answer),
            }
        rows.append(new)
    return pa.Table.from_pylist(rows, BACKGROUNDS)


def _status(answer: Row) -> str:
    if answer["status"] in GOOD:
        return "not_said"  # the evidence does not say who or what it is
    return "pending" if answer["status"] == "pending" else "no_answer"

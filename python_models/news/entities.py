"""Who and what is named in the stories of a report: by a dictionary, then by how it is written."""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from python_models.news.checks.evidence import split_sentences
from python_models.news.checks.names import Known, names_of, squeezed
from python_models.news.checks.words import words
from python_models.news.evidence import by_story

Row = Mapping[str, Any]
NAMED = pa.schema(
    [
        ("entity_id", pa.string()),
        ("name", pa.string()),
        ("aliases", pa.string()),  # list
        ("type", pa.string()),  # of the dictionary; null: to be found out
        ("is_known", pa.bool_()),  # the dictionary has it
        ("sentence", pa.string()),  # one it stands in
        ("story_ids", pa.string()),  # list: stories whose analysis names it
        ("mention_count", pa.int64()),
    ]
)
ARTICLE_ENTITIES = pa.schema(
    [
        ("article_id", pa.string()),
        ("entity_id", pa.string()),
        ("name", pa.string()),
        ("mention_count", pa.int64()),
        ("spans", pa.string()),  # list of {passage_id, start, end}
    ]
)
ENTITIES = pa.schema(
    [
        ("entity_id", pa.string()),
        ("name", pa.string()),
        ("aliases", pa.string()),
        ("type", pa.string()),
        ("is_known", pa.bool_()),
        ("story_ids", pa.string()),
        ("mention_count", pa.int64()),
        ("status", pa.string()),  # known, or of the answer that gave its type
        ("call_id", pa.string()),
        ("prompt_tokens", pa.int64()),
        ("completion_tokens", pa.int64()),
        ("cost_usd", pa.float64()),
    ]
)
_PARTS = re.compile(r" (?:of|for|from|at|by) (?!America\b)")
_TIMES = words(
    """
    monday tuesday wednesday thursday friday saturday sunday january february march april may
    june july august september october november december
    """
)


@dataclass
class _Entity:
    """One thing that is named."""

    name: str
    known: Row | None = None
    sentence: str = ""
    stories: set[str] = field(default_factory=set)
    mentions: int = 0

    @property
    def entity_id(self) -> str:
        if self.known is not None:
            return str(self.known["entity_id"])
        return hashlib.md5(self.name.lower().encode()).hexdigest()


def named_of(analyses: Iterable[Row], dictionary: Sequence[Row], known: Known) -> pa.Table:
    """Return the entities that analyses name, the commonest first."""
    declared = {
        squeezed(name): row
        for row in dictionary
        for name in (row["name"], *json.loads(row["aliases"] or "[]"))
    }
    found: dict[str, _Entity] = {}
    for row in sorted(analyses, key=lambda one: one["story_id"]):
        if not row["passed"]:
            continue
        for sentence in split_sentences(row["text"]):
            for name in names_of(sentence, known):
                for part in _PARTS.split(name.text):  # Brenpath of Arcilross names two
                    _note(found, part, sentence, row["story_id"], declared)
    entities = sorted(found.values(), key=lambda one: (-one.mentions, one.name))
    return pa.Table.from_pylist([_named(one) for one in entities], NAMED)


def _note(
    found: dict[str, _Entity], name: str, sentence: str, story: str, declared: Mapping[str, Row]
) -> None:
    key = squeezed(name)
    if key in _TIMES or len(key) < 2:
        return
    row = declared.get(key)
    key = squeezed(row["name"]) if row is not None else key
    entity = found.setdefault(key, _Entity(row["name"] if row is not None else name, row))
    entity.sentence = entity.sentence or sentence
    entity.stories.add(story)
    entity.mentions += 1


def _named(one: _Entity) -> dict[str, Any]:
    known = one.known or {}
    return {
        "entity_id": one.entity_id,
        "name": one.name,
        "aliases": known.get("aliases") or "[]",
        "type": known.get("type"),
        "is_known": one.known is not None,
        "sentence": one.sentence,
        "story_ids": json.dumps(sorted(one.stories)),
        "mention_count": one.mentions,
    }


def entities_of(named: Iterable[Row], typed: Iterable[Row]) -> pa.Table:
    """Return the entities with their types; what is no proper name is left out."""
    answers = {row["entity_id"]: row for row in typed}
    rows = []
    for row in named:
        answer = answers.get(row["entity_id"], {})
        kind = row["type"] or answer.get("type")
        if kind == "none":
            continue
        rows.append(
            {name: row[name] for name in ENTITIES.names if name in row}
            | {name: answer.get(name) for name in ENTITIES.names[-4:]}
            | {
                "type": kind or "other",
                "status": "known" if row["is_known"] else answer.get("status", "not_asked"),
            }
        )
    return pa.Table.from_pylist(rows, ENTITIES)


def article_entities_of(entities: Iterable[Row], evidence: Iterable[Row]) -> pa.Table:
    """Return where the articles of the report's stories name its entities."""
    stories = by_story(evidence)
    spans: dict[tuple[str, str, str], list[dict[str, Any]]] = defaultdict(list)
    for entity in entities:
        pattern = pattern_of(entity)
        for story_id in json.loads(entity["story_ids"]):
            for row in stories.get(story_id, []):
                for match in pattern.finditer(row["text"]):
                    spans[row["article_id"], entity["entity_id"], entity["name"]].append(
                        {"passage_id": row["passage_id"], "start": match.start(),
                         "end": match.end()}
                    )  # fmt: skip
    rows = []
    for (article_id, entity_id, name), found in sorted(spans.items()):
        unique = list({(one["passage_id"], one["start"]): one for one in found}.values())
        rows.append(
            {
                "article_id": article_id,
                "entity_id": entity_id,
                "name": name,
                "mention_count": len(unique),
                "spans": json.dumps(unique),
            }
        )
    return pa.Table.from_pylist(rows, ARTICLE_ENTITIES)


def pattern_of(entity: Row) -> re.Pattern[str]:
    """Return what finds an entity in a text, by its name or an alias."""
    names = sorted({entity["name"], *json.loads(entity["aliases"] or "[]")}, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(re.escape(name) for name in names)})(?!\w)")

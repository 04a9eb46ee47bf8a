"""What a rule of the offline endpoint is given: the fenced data of one question, read back."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

FENCE = re.compile(r'<data label="([^"]*)" mark="([0-9a-f]{12})">\n(.*?)\n</data \2>', re.DOTALL)
ROW = re.compile(r'<row id="([^"]*)" mark="([0-9a-f]{12})">\n(.*?)\n</row \2>', re.DOTALL)

Answer = dict[str, Any] | str | BaseModel
Rule = Callable[["OfflineRequest"], Answer]
RULES: dict[str, Rule] = {}


@dataclass(frozen=True)
class OfflineRequest:
    """One question: `data` holds the fenced blocks by label, parsed where they are JSON."""

    step: str
    messages: list[dict[str, str]]
    data: dict[str, Any] = field(default_factory=dict)
    schema: dict[str, Any] | None = None
    parameters: dict[str, Any] = field(default_factory=dict)
    row_id: str | None = None

    @property
    def text(self) -> str:
        """Return the last thing the user said."""
        said = [message["content"] for message in self.messages if message["role"] == "user"]
        return said[-1] if said else ""


def offline_rule(step: str) -> Callable[[Rule], Rule]:
    """Register the rule that answers a step offline."""

    def register(rule: Rule) -> Rule:
        RULES[step] = rule
        return rule

    return register


def read_fences(text: str) -> dict[str, Any]:
    """Return the fenced blocks of a text by label; a label used again makes a list."""
    found: dict[str, Any] = {}
    repeated: set[str] = set()
    for label, _, body in FENCE.findall(text):
        try:
            value = json.loads(body)
        except ValueError:
            value = body
        if label not in found:
            found[label] = value
        elif label in repeated:
            found[label].append(value)
        else:
            repeated.add(label)
            found[label] = [found[label], value]
    return found


def read_lines(block: Any) -> list[dict[str, Any]]:
    """Return the objects of a data block; a line that is no object is left out."""
    if isinstance(block, dict):
        return [block]
    if isinstance(block, list):
        return [item for item in block if isinstance(item, dict)]
    found = []
    for line in str(block or "").splitlines():
        try:
            value = json.loads(line)
        except ValueError:
            continue
        if isinstance(value, dict):
            found.append(value)
    return found


def questions(
    step: str,
    messages: list[dict[str, str]],
    schema: dict[str, Any] | None,
    parameters: dict[str, Any],
) -> list[OfflineRequest]:
    """Return the questions one call holds: one, or one for each of its rows."""
    said = "\n".join(str(message.get("content") or "") for message in messages)
    rows = ROW.findall(said)
    if not rows:
        return [OfflineRequest(step, messages, read_fences(said), schema, parameters)]
    around = read_fences(ROW.sub("", said))
    schema = schema_of_a_row(schema)
    return [
        OfflineRequest(step, messages, around | read_fences(body), schema, parameters, row_id)
        for row_id, _, body in rows
    ]


def schema_of_a_row(schema: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return the schema of one row's answer within the schema of many."""
    if schema is None:
        return None
    try:
        item = schema["properties"]["answers"]["items"]
    except (KeyError, TypeError):
        return schema
    properties = {name: part for name, part in item["properties"].items() if name != "id"}
    return item | {"properties": properties, "$defs": schema.get("$defs", {})}

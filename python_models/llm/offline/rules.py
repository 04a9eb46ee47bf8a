"""Finds the rule of a step; a step without one gets an honest, deterministic fallback."""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
from typing import Any

from pydantic import BaseModel

from python_models.llm.offline.request import RULES, Answer, OfflineRequest, Rule

SENTENCE_END = re.compile(r"(?<=[.!?])\s+")


def rule_for(step: str) -> Rule:
    """Return the rule registered for a step; imports the domains' rules when it is unknown."""
    if step not in RULES:
        import_domain_rules()
    return RULES.get(step, fallback)


def import_domain_rules() -> None:
    """Import every `python_models/<domain>/offline_rules.py`."""
    import python_models

    for package in pkgutil.iter_modules(python_models.__path__):
        name = f"python_models.{package.name}.offline_rules"
        try:
            importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name not in (name, f"python_models.{package.name}"):
                raise


def fallback(request: OfflineRequest) -> Answer:
    """Answer without a rule: the first sentences of the data, or the schema's least values."""
    text = first_sentences(request)
    return text if request.schema is None else least(request.schema, request.schema, text)


def first_sentences(request: OfflineRequest, count: int = 2) -> str:
    """Return the first sentences of what was asked about."""
    values = list(request.data.values()) or [request.text]
    text = " ".join(value if isinstance(value, str) else json.dumps(value) for value in values)
    return " ".join(SENTENCE_END.split(" ".join(text.split()))[:count])[:400]


def least(schema: dict[str, Any], root: dict[str, Any], text: str) -> Any:
    """Return the smallest value that fits a JSON schema; strings quote the data."""
    if "$ref" in schema:
        return least(root["$defs"][schema["$ref"].rsplit("/", 1)[-1]], root, text)
    for choice in ("anyOf", "oneOf", "allOf"):
        if choice in schema:
            return least(schema[choice][0], root, text)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type")
    if kind == "object":
        return {
            name: least(part, root, text) for name, part in schema.get("properties", {}).items()
        }
    if kind == "array":
        return [least(schema["items"], root, text) for _ in range(schema.get("minItems", 0))]
    if kind == "string":
        return text[: schema.get("maxLength", 200)] or "-"
    if kind in ("integer", "number"):
        return schema.get("minimum", schema.get("exclusiveMinimum", -1) + 1)
    return kind != "null" and False if kind == "boolean" else None


def as_content(answer: Answer) -> Any:
    """Return a rule's answer as what JSON can hold."""
    return answer.model_dump(mode="json") if isinstance(answer, BaseModel) else answer

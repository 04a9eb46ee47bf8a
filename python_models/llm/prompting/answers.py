"""From a raw answer to a typed one: the schema asked for, and the judgement of what came."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import json_repair
from pydantic import BaseModel, ValidationError

from python_models.llm.endpoints.boundary import clean_tree, fits
from python_models.llm.step import Check, Row


@dataclass(frozen=True)
class Judgement:
    """What an answer is worth: its status, its typed value and, when bad, the reason."""

    status: str
    answer: Any = None
    error: str | None = None
    wants_reask: bool = False


@lru_cache(maxsize=256)
def answer_schema(answer: type[BaseModel]) -> dict[str, Any]:
    """Return the type's JSON schema in the strict form endpoints ask for."""
    return strict(answer.model_json_schema())


def strict(node: Any) -> Any:
    """Close every object and require all its fields: what strict structured output demands."""
    if isinstance(node, list):
        return [strict(item) for item in node]
    if not isinstance(node, dict):
        return node
    closed = {name: strict(value) for name, value in node.items() if name != "default"}
    if closed.get("type") == "object" and "properties" in closed:
        closed["additionalProperties"] = False
        closed["required"] = list(closed["properties"])
    return closed


def judge(
    content: str | None,
    finish_reason: str | None,
    refusal: str | None,
    answer: type[BaseModel] | None,
    check: Check | None,
    row: Row,
) -> Judgement:
    """Judge one answer for one row; one that cannot be read whatever is tried is invalid."""
    try:
        return _judge(content, finish_reason, refusal, answer, check, row)
    except (RecursionError, MemoryError, OverflowError, ValueError) as odd:
        return Judgement("invalid", error=f"the answer cannot be read: {type(odd).__name__}")


def _judge(
    content: str | None,
    finish_reason: str | None,
    refusal: str | None,
    answer: type[BaseModel] | None,
    check: Check | None,
    row: Row,
) -> Judgement:
    """Judge an answer; nothing is parsed before its end was found sound."""
    if refusal:
        return Judgement("refused", error=refusal[:500])
    if finish_reason == "content_filter":
        return Judgement("refused", error="stopped by the provider's content filter")
    if finish_reason == "length":
        return Judgement("truncated", error="the answer hit max_tokens before its end")
    if not content or not content.strip():
        return Judgement("invalid", error="the answer is empty", wants_reask=True)
    if answer is None:
        return _checked("ok", content, check, row)
    try:
        # the common case, at a fifth of the cost
        return _checked("ok", answer.model_validate_json(content), check, row)
    except ValidationError:
        value, is_exact, error = read_json(content)
    if error:
        return Judgement("invalid", error=error, wants_reask=True)
    try:
        typed = answer.model_validate(value)
    except ValidationError as problem:
        return Judgement("invalid", error=describe(problem), wants_reask=True)
    return _checked("ok" if is_exact else "repaired", typed, check, row)


def _checked(status: str, value: Any, check: Check | None, row: Row) -> Judgement:
    if not fits(value):
        error = "a number in the answer is too large to be stored"
        return Judgement("invalid", error=error, wants_reask=True)
    if check is not None:
        try:
            check(value, row)
        except (ValueError, AssertionError) as problem:
            return Judgement("invalid", error=str(problem)[:500], wants_reask=True)
    return Judgement(status, value)


def read_json(text: str) -> tuple[Any, bool, str | None]:
    """Return (value, whether the text was exactly JSON, error); its texts are clean."""
    try:
        value, is_exact, error = _read_json(text)
        return clean_tree(value), is_exact, error
    except RecursionError:
        return None, False, "not JSON that can be read: nested too deeply"


def _read_json(text: str) -> tuple[Any, bool, str | None]:
    """Read JSON as it stands, or mended.

    Text around a complete object and slips of syntax are mended; a text that stops in the
    middle is not: closing its brackets would pass a cut sentence off as a whole one.
    """
    try:
        return json.loads(text), True, None
    except ValueError as problem:
        first_error = f"not JSON: {problem}"
    start = text.find("{")
    if start < 0:
        return None, False, first_error
    try:
        value, end = json.JSONDecoder().raw_decode(text, start)
    except ValueError:
        pass
    else:
        if differs(value, text[end:]):
            return None, False, "it holds several objects that differ: which is the answer?"
        return value, False, None
    last = closing_bracket(text, start)
    if last is None:
        return None, False, f"{first_error} (the object is not closed)"
    value = json_repair.loads(text[start : last + 1])
    if not isinstance(value, dict):
        return None, False, first_error
    return value, False, None


def differs(value: Any, rest: str) -> bool:
    """Say whether another object with the same names follows, and says something else."""
    at = rest.find("{")
    while at >= 0:
        try:
            other, end = json.JSONDecoder().raw_decode(rest, at)
        except ValueError:
            end = at + 1
        else:
            if isinstance(other, dict) and other.keys() == value.keys() and other != value:
                return True
        at = rest.find("{", end)
    return False


def closing_bracket(text: str, start: int) -> int | None:
    """Return where the object that opens at `start` closes; None when it does not."""
    depth, in_string, is_escaped = 0, False, False
    for position in range(start, len(text)):
        char = text[position]
        if is_escaped:
            is_escaped = False
        elif char == "\\":
            is_escaped = True
        elif char == '"':
            in_string = not in_string
        elif not in_string and char in "{[":
            depth += 1
        elif not in_string and char in "}]":
            depth -= 1
            if depth == 0:
                return position
    return None


def describe(problem: ValidationError) -> str:
    """Return a validation error in the words a model can act on."""
    parts = [
        f"{'.'.join(str(part) for part in item['loc']) or 'answer'}: {item['msg']}"
        for item in problem.errors(include_url=False, include_context=False)[:8]
    ]
    return "; ".join(parts)[:1000]


def reask_message(error: str, schema: dict[str, Any] | None) -> str:
    """Return what the model is told once after an answer that does not do."""
    said = f"That answer cannot be used: {error}."
    if schema is None:
        return f"{said} Answer again, in full."
    return (
        f"{said} Answer again with one JSON object and nothing else; it must fit this JSON "
        f"schema: {json.dumps(schema, ensure_ascii=False)}"
    )

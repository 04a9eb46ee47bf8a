"""Texts against JSON schemas."""

from __future__ import annotations

import json
import re
from typing import Any

import jsonschema_rs

_FENCED = re.compile(r"\s*```(?:json)?\s*\n(.*)\n\s*```\s*", re.DOTALL | re.IGNORECASE)


class NoSchema(ValueError):
    """A text is no JSON schema that stands alone; the message says why."""


def unfit_for(schema: str, text: str) -> str | None:
    """Return why a text is not JSON of a schema; None where it is."""
    fenced = _FENCED.fullmatch(text)
    try:
        value = json.loads(fenced[1] if fenced else text, parse_constant=_no_json)
    except (ValueError, RecursionError) as error:
        return f"not JSON: {error}"
    first = next(iter(_validator(json.loads(schema)).iter_errors(value)), None)
    return f"{_place(first)}: {first.message}"[:500] if first else None


def schema_of(schema: str) -> None:
    """Read a JSON schema.

    Raises:
        NoSchema: it is none, or one that refers to another by its address.
    """
    try:
        known = json.loads(schema)
    except ValueError as error:
        raise NoSchema(f"the schema is not JSON: {error}") from None
    if not isinstance(known, dict | bool):
        raise NoSchema("the schema is neither an object nor true or false")
    try:
        _validator(known)
    except jsonschema_rs.ValidationError as error:
        raise NoSchema(f"no JSON schema: {_place(error)}: {error.message}") from None


def _validator(schema: Any) -> Any:
    return jsonschema_rs.validator_for(schema, retriever=_nothing)


def _no_json(word: str) -> Any:
    raise ValueError(f"{word} is Python's, not JSON's")


def _nothing(address: str) -> Any:
    raise LookupError(f"nobody is asked for {address}: write it into the schema")


def _place(error: jsonschema_rs.ValidationError) -> str:
    return "/".join(["$", *map(str, error.instance_path)])

"""Calls of tools as every provider writes them, in one shape: `{"name", "arguments", ..}`."""

from __future__ import annotations

from typing import Any

import orjson

from ingestion.conversations.formats.shape import as_json

_NAMES = ("name", "tool_name", "toolName", "function_name", "recipient")
_ARGUMENTS = ("arguments", "args", "input", "parameters", "params")
_IDS = ("id", "call_id", "tool_call_id", "tool_use_id", "toolCallId", "toolUseId")
# a call is this member of what carries it
_INNER = ("function", "functionCall", "function_call", "tool_call", "toolUse",
          "executableCode", "executable_code")  # fmt: skip


def loaded(text: str, default: Any = None) -> Any:
    """Return the JSON a text is, or `default`."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return default


def listed_calls(calls: Any) -> list[Any]:
    """Return calls as a list, whether they came as one, as several or as JSON text of them."""
    if isinstance(calls, str):
        found = loaded(calls, calls)
        calls = found if isinstance(found, list | dict) else calls
    return calls if isinstance(calls, list) else [calls]


def named_call(call: Any) -> dict[str, Any] | None:
    """Return one call as its name, its arguments decoded, and its id where it has one.

    None when it is no call of any known shape.
    """
    if isinstance(call, str):
        call = loaded(call)
    if not isinstance(call, dict):
        return None
    inner = next((call[key] for key in _INNER if isinstance(call.get(key), dict)), call)
    found: dict[str, Any] = {}
    name = _first(inner, _NAMES)
    if not isinstance(name, str):
        if "code" not in inner:
            return None
        return {"name": "code", "arguments": dict(inner)}
    found["name"] = name
    arguments = _first(inner, _ARGUMENTS)
    found["arguments"] = loaded(arguments, arguments) if isinstance(arguments, str) else arguments
    if arguments is None:
        found["arguments"] = {}
    call_id = _first(call, _IDS) or _first(inner, _IDS)
    return found if call_id is None else found | {"id": call_id}


def said_calls(calls: Any) -> str:
    """Return calls of tools as the text of a turn that is nothing else: their names, arguments."""
    said = []
    for call in listed_calls(calls):
        named = named_call(call)
        said.append(call if named is None else {key: named[key] for key in ("name", "arguments")})
    return as_json(said[0] if len(said) == 1 else said)


def _first(value: dict[str, Any], names: tuple[str, ...]) -> Any:
    return next((value[name] for name in names if value.get(name) is not None), None)

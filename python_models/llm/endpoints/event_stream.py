"""A stream of server-sent events where one answer was asked for: put together, or refused."""

from __future__ import annotations

import json
from typing import Any

from python_models.llm.endpoints.boundary import Unreadable, json_value, part

CONTENT_TYPE = "text/event-stream"
END = "[DONE]"
BEFORE = "\ufeff \r\n\t"  # what may stand before the first event
FIELDS = ("data:", "event:", "id:", "retry:", ": ", ":\n")


def is_event_stream(text: str) -> bool:
    """Say whether a body is events and no JSON."""
    return text.lstrip(BEFORE).startswith(FIELDS)


def whole_body(text: str) -> str:
    """Return the body a stream's chunks come to, as JSON; other texts as they are.

    Raises:
        Unreadable: the stream ended before its answer did.
    """
    if not is_event_stream(text):
        return text
    body: dict[str, Any] = {}
    said: list[str] = []
    message: dict[str, Any] = {}
    reason, is_over = None, False
    for data in _data(text):
        if data == END:
            is_over = True
            break
        chunk = part(json_value(data))
        body |= {name: value for name, value in chunk.items() if name != "choices" and value}
        choices = chunk.get("choices")
        first = part(choices[0]) if isinstance(choices, list) and choices else {}
        body |= {"error": first["error"]} if first.get("error") else {}
        delta = part(first.get("delta")) or part(first.get("message"))
        said += [delta["content"]] if isinstance(delta.get("content"), str) else []
        message |= {"refusal": delta["refusal"]} if delta.get("refusal") else {}
        reason = first.get("finish_reason") or reason
    if reason is None and not is_over and "error" not in body:
        raise Unreadable("a stream of events that nobody asked for, and that stops in the middle")
    choice = {"index": 0, "message": message | {"content": "".join(said)}, "finish_reason": reason}
    return json.dumps(body | ({"choices": [choice]} if said or reason else {}))


def _data(text: str) -> list[str]:
    """Return the data of each event."""
    events = text.lstrip(BEFORE).replace("\r\n", "\n").split("\n\n")
    found = []
    for event in events:
        lines = [line[5:].removeprefix(" ") for line in event.split("\n") if line[:5] == "data:"]
        if lines:
            found.append("\n".join(lines))
    return found

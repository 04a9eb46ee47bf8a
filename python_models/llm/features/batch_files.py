"""The files of a batch: a line a request, and a line an answer."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from typing import Any, Literal

from python_models.llm.endpoints.boundary import Unreadable, json_object, word

ENDPOINT: Literal["/v1/chat/completions"] = "/v1/chat/completions"


def input_file(requests: Iterable[tuple[str, dict[str, Any]]]) -> io.BytesIO:
    """Return the file that asks for (custom id, request body) each."""
    lines = [
        json.dumps(
            {"custom_id": name, "method": "POST", "url": ENDPOINT, "body": body},
            ensure_ascii=False,
        )
        for name, body in requests
    ]
    return io.BytesIO("\n".join(lines).encode())


def read_output(text: str) -> tuple[list[tuple[str, dict[str, Any]]], bool]:
    """Return ((custom id, what is said of it) of each line, whether all lines name theirs)."""
    found: list[tuple[str, dict[str, Any]]] = []
    is_whole = True
    for raw in filter(str.strip, text.split("\n")):  # other line ends may stand inside a text
        try:
            said = json_object(raw)
        except Unreadable:
            said = {}
        if name := word(said.get("custom_id")):
            found.append((name, said))
        else:
            is_whole = False  # some call ends without its answer
    return found, is_whole

"""What a file is cut into: one payload is one record, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from io import BufferedReader
from typing import Any, NamedTuple

from ingestion.conversations.json_stream import Bad

# opens a file's text again from its start
Source = Callable[[], AbstractContextManager[BufferedReader]]


class Wrapped(NamedTuple):
    """A record that lies inside a larger JSON document.

    `around` is what the document says of it: the split or list it lies in, its key, and the
    fields of the document itself.
    """

    text: bytes
    around: dict[str, Any]


# a JSON text, a row, a text of turns, or why there is none
Payload = bytes | dict[str, Any] | str | Wrapped | Bad

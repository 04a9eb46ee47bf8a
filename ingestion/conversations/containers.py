"""Records that lie in one element of a file: in lists within a list, or in objects around some.

Whether a file is made so is told by its first elements: to look into each of millions of plain
records would cost more than to read them.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import nullcontext
from itertools import chain, islice
from typing import Any

import orjson

from ingestion.conversations.json_stream import json_values
from ingestion.conversations.payload import Payload, Source, Wrapped
from ingestion.conversations.wrappers import inside

_LOOKED_AT = 5
_DEEPEST = 8  # lists in lists
_OPENING = re.compile(rb"\s*(?:\[\s*)+")


def depth_of_records(source: Source, head: bytes) -> int:
    """Return how many lists deep the records of an array lie: 1, or more where it holds lists.

    Args:
        source: opens the file.
        head: its beginning.
    """
    opening = _OPENING.match(head)
    depth = min(opening.group(0).count(b"["), _DEEPEST) if opening else 1
    if depth < 2:
        return 1
    with source() as stream:
        first = next(json_values(stream, depth), b"")
    value = _decoded(first)
    if isinstance(value, str) or isinstance(value, dict) and _is_turn(value):
        return depth - 1  # the innermost list is a conversation
    return depth


def opened(payloads: Iterator[Payload]) -> Iterator[Payload]:
    """Yield the records of elements that hold several; other elements as they are."""
    first = list(islice(payloads, _LOOKED_AT))
    around = sum(next(_inside(one), one) is not one for one in first)
    if 2 * around <= len(first):
        yield from first
        yield from payloads
        return
    for one in chain(first, payloads):
        yield from _inside(one)


def _inside(payload: Payload) -> Iterator[Payload]:
    value = _decoded(payload)
    if isinstance(value, list) and value and not _is_conversation(value):
        for one in value:
            yield from _inside(orjson.dumps(one))
        return
    found = None
    if isinstance(value, dict) and isinstance(payload, bytes):
        text = payload
        found = inside(lambda: nullcontext(io.BufferedReader(io.BytesIO(text))))
    yield from found if found is not None else (payload,)


def _is_conversation(value: list[Any]) -> bool:
    return not all(isinstance(one, dict | list) for one in value) or (
        isinstance(value[0], dict) and _is_turn(value[0])
    )


def _is_turn(value: dict[str, Any]) -> bool:
    """Say whether an element of a list is a turn, or a pair of them; others are records."""
    from ingestion.conversations.formats.turns import pair_keys, turn_keys

    pair = pair_keys(value)
    return turn_keys(value) is not None or pair is not None and pair[0] in ("user", "human")


def _decoded(payload: Payload) -> Any:
    if not isinstance(payload, bytes) or isinstance(payload, Wrapped):
        return None
    try:
        return orjson.loads(payload)
    except orjson.JSONDecodeError:
        return None

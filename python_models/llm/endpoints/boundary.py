"""The one door for what a provider sends: typed, or refused for that answer alone.

Nothing a server says is trusted to have the type its protocol promises. Every response passes
here (chat, embeddings, lines of a batch, bodies read again after a crash): a value is coerced to
what the journal, Arrow and Iceberg hold, or dropped; a body without an answer says why.
"""

from __future__ import annotations

import json
import math
import re
from array import array
from typing import Any

# half of a surrogate pair is no character: neither UTF-8 nor SQLite nor Arrow holds it
SURROGATES = re.compile("[\ud800-\udfff]")
MOST_TOKENS = 2**31 - 1  # of one request; beyond it the number is no count
MOST_INTEGER = 2**63
LONGEST_WORD = 500  # characters of an id, a model's name, a reason


class Unreadable(ValueError):
    """A body holds nothing that can be taken for an answer; the message says what is wrong."""


def clean(text: str) -> str:
    """Return text that can be stored and sent as UTF-8."""
    return text if text.isascii() else SURROGATES.sub("\ufffd", text)


def clean_tree(value: Any) -> Any:
    """Return a JSON value whose texts are clean, names of its fields too."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [clean_tree(item) for item in value]
    if isinstance(value, dict):
        return {clean(str(name)): clean_tree(item) for name, item in value.items()}
    return value


MARKS = ((b"\xff\xfe\0\0", "utf-32"), (b"\0\0\xfe\xff", "utf-32"), (b"\xff\xfe", "utf-16"),
         (b"\xfe\xff", "utf-16"))  # fmt: skip


def decoded(content: bytes) -> str:
    """Return a body's text: UTF-8 whatever a header says, unless a byte order mark says more.

    What cannot be decoded is marked.
    """
    kind = next((kind for mark, kind in MARKS if content.startswith(mark)), "utf-8")
    return content.decode(kind, "replace")


def json_value(text: str | None) -> Any:
    """Return the JSON value of a text.

    Raises:
        Unreadable: it is not JSON, or nested deeper than can be read.
    """
    text = (text or "").lstrip("\ufeff")
    try:
        try:
            return json.loads(text)
        except json.JSONDecodeError:
            raise
        except ValueError:  # a number of more digits than Python turns into an integer
            return json.loads(text, parse_int=_integer)
    except (ValueError, TypeError) as error:
        raise Unreadable(f"not JSON: {error}") from None
    except RecursionError:
        raise Unreadable("nested too deeply") from None


def json_object(text: str | None) -> dict[str, Any]:
    """Return the JSON object of a text.

    Raises:
        Unreadable: it is not JSON, or no object.
    """
    value = json_value(text)
    if not isinstance(value, dict):
        raise Unreadable(f"a JSON object is expected, not {type(value).__name__}")
    return value


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) < 1000 else math.inf


def part(value: Any) -> dict[str, Any]:
    """Return an object inside a body; whatever else stands there says nothing."""
    return value if isinstance(value, dict) else {}


def word(value: Any) -> str | None:
    """Return a short text (an id, a name, a reason); None where there is none to be had."""
    if isinstance(value, bool) or value is None or isinstance(value, dict | list):
        return None
    said = f"{value:g}" if isinstance(value, float) else _said(value)
    return clean(said[:LONGEST_WORD]).replace("\0", "\ufffd") or None


def _said(value: Any) -> str:
    try:
        return str(value)
    except ValueError:  # an integer of thousands of digits
        return "a number too long to write"


def count(value: Any, most: int = MOST_TOKENS) -> int | None:
    """Return a count (tokens): whole, not negative, at most `most`; None for anything else."""
    if isinstance(value, str) and len(value) < 20:
        try:
            value = float(value)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if not 0 <= value <= most or value != int(value):  # not-a-number fails the first
        return None
    return int(value)


def amount(value: Any) -> float:
    """Return a stored amount (USD, seconds); 0 where it is not a finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0.0
    return float(value) if abs(value) < 1e15 else 0.0


def saying(value: Any) -> str | None:
    """Return what a message says: its text, its parts joined, or its value as JSON."""
    if value is None or isinstance(value, str):
        return value if value is None else clean(value)
    if isinstance(value, list) and all(isinstance(one, dict | str) for one in value):
        said = [one if isinstance(one, str) else one.get("text") for one in value]
        return clean("".join(one for one in said if isinstance(one, str)))
    try:
        return clean(json.dumps(value, ensure_ascii=False))
    except (ValueError, RecursionError):
        return None


def vectors(text: str | None, wanted: int) -> list[array]:
    """Return the vectors of an embeddings body in the order of the texts they are for.

    Raises:
        Unreadable: one is missing, doubled, of another length, or holds what is no number.
    """
    data = json_object(text).get("data")
    if not isinstance(data, list) or len(data) != wanted:
        said = len(data) if isinstance(data, list) else "no list of"
        raise Unreadable(f"{said} vectors for {wanted} texts")
    found: dict[int, array] = {}
    for one in data:
        at = count(part(one).get("index"))
        if at is None or at >= wanted or at in found:
            raise Unreadable("a vector's index is missing, doubled or out of range")
        found[at] = _vector(part(one).get("embedding"))
    if len({len(vector) for vector in found.values()}) > 1:
        raise Unreadable("the vectors differ in length")
    return [found[at] for at in range(wanted)]


def _vector(values: Any) -> array:
    try:
        vector = array("f", values if isinstance(values, list) else ())
    except (TypeError, OverflowError):
        raise Unreadable("a vector holds what is no number") from None
    if not vector or not all(map(math.isfinite, vector)):
        raise Unreadable("a vector is empty or holds what is no finite number")
    return vector


def fits(value: Any) -> bool:
    """Say whether every whole number in an answer's values can be stored (64 bits)."""
    if isinstance(value, int):
        return -MOST_INTEGER <= value < MOST_INTEGER
    if isinstance(value, list | tuple | set | frozenset):
        return all(map(fits, value))
    if isinstance(value, dict):
        return all(map(fits, value.values()))
    return fits(value.__dict__) if hasattr(value, "model_fields_set") else True

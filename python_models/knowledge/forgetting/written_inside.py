"""What somebody wrote inside of what others wrote: former words, shared messages, comments.

An edit keeps what a message said before, a reply its thread's first message, an issue its comments
and its changes: each a record with its writer in a record that is not theirs.
"""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from ingestion.knowledge.read_back import pointed

# what APIs call the writer of a record; who changed one last need not have written it
_WRITERS = (
    "user", "userId", "user_id", "author", "authors", "authorId", "author_id", "creator",
    "created_by", "createdBy", "actor", "sender", "reporter", "bot_id", "username",
)  # fmt: skip
# what a history of changes calls a value before and after one; `field` says of what
_SIDE = re.compile(
    r"(from|to|old|new|previous|prev|current|before|after)"
    r"_?(string|value|text|title|summary|body|description|content)?",
    re.IGNORECASE,
)
_FIELDS = ("field", "fieldId", "field_id", "field_name", "fieldName", "attribute", "property")
_FREE_TEXTS = (
    "summary", "title", "description", "body", "comment", "text", "message", "content",
    "environment", "note", "notes",
)  # fmt: skip
_SHORTEST = 6  # characters of words that are somebody's: `a b` is anybody's
_FORMER = "previous_message"  # what Slack keeps of a message beside what it became
_APART = re.compile(r"<[^<>\n]*>|[\r\n]+|\*\*")  # marks of Slack, ends of lines


def places_in(document: Any, called: Collection[str], kept: Iterable[str]) -> list[str]:
    """Return JSON pointers of the records somebody wrote, none of them in another.

    Args:
        document: what was parsed.
        called: their accounts and names, case-folded.
        kept: pointers of records that are others' as a whole; what is in them is looked at.
    """
    others = {
        "/".join(parts[:end])
        for parts in (one.split("/") for one in kept)
        for end in range(1, len(parts) + 1)
    }
    return list(_places(document, "", called, others))


def _places(value: Any, at: str, called: Collection[str], others: set[str]) -> Iterator[str]:
    if isinstance(value, dict):
        if at not in others and _is_theirs(value, called):
            yield at
            return
        inner: Iterable[tuple[Any, Any]] = value.items()
    elif isinstance(value, list):
        inner = enumerate(value)
    else:
        return
    for key, one in inner:
        if isinstance(one, (dict, list)) and "/" not in str(key):
            yield from _places(one, f"{at}/{key}", called, others)


def _is_theirs(record: dict[str, Any], called: Collection[str]) -> bool:
    return len(record) > 1 and any(_names(record[key], called) for key in _WRITERS if key in record)


def _names(value: Any, called: Collection[str]) -> bool:
    """Say whether they alone are meant by a writer: an account, or a record that has one."""
    if isinstance(value, list):
        return bool(value) and all(_names(one, called) for one in value)
    if isinstance(value, dict):
        return any(_names(one, called) for one in value.values() if not isinstance(one, list))
    return isinstance(value, str) and value.casefold() in called


def former_of(document: Any, gone: Iterable[str]) -> list[str]:
    """Return pointers of what is kept beside messages that go, as what they said before."""
    found = []
    for pointer in gone:
        above, _, last = pointer.rpartition("/")
        if last == "message" and _FORMER in pointed(document, above):
            found.append(f"{above}/{_FORMER}")
    return found


def texts_of(value: Any) -> set[str]:
    """Return the texts of several words in a record, as they stand there."""
    if isinstance(value, dict):
        return set().union(*map(texts_of, value.values()))
    if isinstance(value, list):
        return set().union(*map(texts_of, value))
    if not isinstance(value, str):
        return set()
    text = value.strip()
    return {text} if " " in text and len(text) >= _SHORTEST else set()


def changes_of(value: Any, at: str, words: Collection[str]) -> Iterator[str]:
    """Yield JSON pointers of former and newer texts in changes by anybody that hold words.

    Args:
        value: a record.
        at: its pointer.
        words: what somebody wrote in the record, see `texts_of`.
    """
    if isinstance(value, list):
        for number, one in enumerate(value):
            yield from changes_of(one, f"{at}/{number}", words)
    if not isinstance(value, dict):
        return
    fields = [str(value[name]).casefold() for name in _FIELDS if isinstance(value.get(name), str)]
    is_text = not fields or any(one in _FREE_TEXTS for one in fields)
    for key, one in value.items():
        if isinstance(one, str):
            if is_text and _SIDE.fullmatch(key) and any(word in one for word in words):
                yield f"{at}/{key}"
        elif "/" not in str(key):
            yield from changes_of(one, f"{at}/{key}", words)


def lines_of(value: Any, shortest: int) -> set[str]:
    """Return what a record says, cut where texts made of it may differ from it.

    Args:
        value: the record.
        shortest: characters a line has at least; shorter ones are anybody's.
    """
    if isinstance(value, dict):
        return set().union(*(lines_of(one, shortest) for one in value.values()))
    if isinstance(value, list):
        return set().union(*(lines_of(one, shortest) for one in value))
    if not isinstance(value, str):
        return set()
    parts = (html.unescape(part).strip() for part in _APART.split(value))
    return {part for part in parts if len(part) >= shortest and " " in part}

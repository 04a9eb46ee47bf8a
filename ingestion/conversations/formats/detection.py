"""Which format a record has, and the record in canonical shape."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ingestion.conversations.formats.cells import decoded_cell
from ingestion.conversations.formats.instants import instant
from ingestion.conversations.formats.labels import with_training
from ingestion.conversations.formats.layouts import READERS, read_list, unknown
from ingestion.conversations.formats.pairs import Fields, bare, read_columns
from ingestion.conversations.formats.remainder import sorted_out
from ingestion.conversations.formats.shape import Message, Standardised, Unstandard, Wishes
from ingestion.conversations.formats.texts import is_as_is
from ingestion.conversations.formats.transcripts import read_transcript
from ingestion.conversations.formats.turns import Conversation, is_turns
from ingestion.conversations.formats.variant import variant_of

_AUTO = Wishes()
_TIMES = ("createdat", "createtime", "timestamp", "created", "datetime", "date", "time", "tstamp")
_FORMATS = ("chatml", "messages", "alpaca", "vicuna", "sharegpt", "qa", "prompt_response",
            "preference")  # fmt: skip


def standardise(record: Any, hint: str | None = None, *, wishes: Wishes = _AUTO) -> Standardised:
    """Return one decoded record (or text of one) in canonical shape.

    `hint` names a format when the dataset has one; else each record is looked at by itself.

    Raises:
        Unstandard: it fits no format; says why.
    """
    hint = hint or wishes.format
    if hint == "auto":
        hint = None
    if hint is None and (plain := _of_plain_turns(record, wishes)):
        return plain
    into = Conversation(wishes)
    if isinstance(record, str):
        found = decoded_cell(record)
        if isinstance(found, str):
            form, confidence = read_transcript(found, into)
            return _finished(form, confidence, into, None)
        record = found
    if isinstance(record, list):
        if not is_turns(record):
            raise Unstandard("no_roles", "the record is a list, but not of turns")
        form, confidence = read_list(record, into)
        return _finished(form, confidence, into, None)
    if not isinstance(record, dict):
        raise Unstandard("not_a_record", f"the record is a {type(record).__name__}")
    if not record:
        raise Unstandard("empty_record", "the record is empty")
    fields = Fields(record)
    form, confidence = _read(fields, into, hint)
    return _finished(form, confidence, into, fields)


def _of_plain_turns(record: Any, wishes: Wishes) -> Standardised | None:
    """Return a record of nothing but turns that stay as they are, as most are.

    It is what the long way gives: to look for its layout would take three quarters of the time.
    """
    turns = record.get("messages") if type(record) is dict and len(record) == 1 else None
    if type(turns) is not list or wishes.roles or wishes.question or wishes.answer:
        return None
    messages, has_text, has_turn = list[Message](), False, False
    role: Any
    text: Any
    for turn in turns:
        if type(turn) is not dict or len(turn) != 2:
            return None
        role, text = turn.get("role"), turn.get("content")
        if not is_as_is(role, text):
            return None
        messages.append(Message(role, text))
        has_text = has_text or bool(text.strip())
        has_turn = has_turn or role != "system"
    return Standardised("messages", 1.0, messages) if has_text and has_turn else None


def _read(fields: Fields, into: Conversation, hint: str | None) -> tuple[str, float]:
    wishes = into.wishes
    if wishes.question or wishes.answer:
        return _declared_columns(fields, into)
    if hint is not None and hint not in _FORMATS:
        raise Unstandard("unknown_format", f"{hint!r} is no format; {', '.join(_FORMATS)} are")
    for fits, read in READERS:
        if fits(fields):
            form, confidence = read(fields, into)
            if form == "sharegpt" and hint == "vicuna":
                form = "vicuna"
            if hint is not None and hint != form and not _alike(hint, form):
                raise Unstandard(
                    "other_format", f"the dataset is declared as {hint}, the record is {form}"
                )
            return form, confidence
    raise unknown(fields.record)


def _alike(hint: str, form: str) -> bool:
    return {hint, form} <= {"qa", "prompt_response"} or {hint, form} <= {"messages", "sharegpt"}


def _declared_columns(fields: Fields, into: Conversation) -> tuple[str, float]:
    """The dataset's declaration says which columns are the question and the answer."""
    wishes = into.wishes
    asked, said = (tuple(map(bare, names)) for names in (wishes.question, wishes.answer))
    missing = [name for name in (*asked, *said) if name not in fields.names]
    if missing:
        raise Unstandard("missing_column", f"the record has no column {', '.join(missing)}")
    if wishes.system and bare(wishes.system) in fields.names:
        into.say("system", fields.take(bare(wishes.system)))
    read_columns(fields, into, asked, said)
    return "qa", 1.0


def _finished(
    form: str, confidence: float, into: Conversation, fields: Fields | None
) -> Standardised:
    """Check what was read and put all else into the metadata."""
    into.end()
    if not any(one.content.strip() for one in into.messages):
        raise Unstandard("no_text", "no turn has any text")
    if not any(one.role != "system" for one in into.messages):
        raise Unstandard("no_turns", "there is nothing but a system turn")
    metadata, created_at = into.metadata, None
    if into.notes:
        metadata["repaired"] = sorted(into.notes)
    if fields is not None and len(fields.used) < len(fields.record):
        created_at = _created_at(fields, into.wishes)
        since = into.wishes.since
        if since is not None and created_at is not None and created_at.date() < since:
            raise Unstandard("before_since", f"the record is of {created_at}, before {since}")
        rest = sorted_out(fields.rest(), metadata)
        if rest:
            metadata["fields"] = rest
    if "fields" in metadata or "turns" in metadata:
        metadata = with_training(metadata, into.messages)
    record = fields.record if fields else {}
    if metadata and (variant := variant_of(metadata, into.messages, record, bare)):
        metadata["variant"] = variant
    return Standardised(form, confidence, into.messages, metadata, created_at)


def _created_at(fields: Fields, wishes: Wishes) -> datetime | None:
    names = (bare(wishes.created_at),) if wishes.created_at else _TIMES
    for name in names:
        key = fields.names.get(name)
        if key is not None:
            return instant(fields.record[key], wishes.zone)
    return None

"""Which format a record has, and the record in canonical shape."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from ingestion.conversations.formats.instants import instant
from ingestion.conversations.formats.media import FIELDS as MEDIA_FIELDS
from ingestion.conversations.formats.media import media_of_field
from ingestion.conversations.formats.pairs import (
    ANSWERS,
    CHOSEN,
    PROMPTS,
    QUESTIONS,
    REJECTED,
    RESPONSES,
    TITLES,
    Fields,
    bare,
    read_alpaca,
    read_columns,
    read_preference,
    say_system_first,
)
from ingestion.conversations.formats.shape import Standardised, Unstandard, Wishes
from ingestion.conversations.formats.transcripts import is_transcript, read_transcript
from ingestion.conversations.formats.turns import (
    Conversation,
    decoded_cell,
    is_turns,
    read_turns,
    turn_keys,
)

_AUTO = Wishes()
_TURNS = ("messages", "conversations", "conversation", "dialogue", "dialog", "turns", "chat",
          "contents", "history", "data", "items")  # fmt: skip
_TEXTS = ("text", "content", "chatml", "conversation", "conversations", "messages", "dialogue",
          "dialog", "prompt", "chat", "transcript")  # fmt: skip
_TIMES = ("createdat", "createtime", "timestamp", "created", "datetime", "date", "time", "tstamp")
_TOOLS = ("tools", "functions")
_FORMATS = ("chatml", "messages", "alpaca", "vicuna", "sharegpt", "qa", "prompt_response",
            "preference")  # fmt: skip


def standardise(record: Any, hint: str | None = None, *, wishes: Wishes = _AUTO) -> Standardised:
    """Return one decoded record (or text of one) in canonical shape.

    `hint` names a format when the dataset has one; else each record is looked at by itself.

    Raises:
        Unstandard: it fits no format; says why.
    """
    into = Conversation(wishes)
    hint = hint or wishes.format
    if hint == "auto":
        hint = None
    if isinstance(record, str):
        found = decoded_cell(record)
        if isinstance(found, str):
            form, confidence = read_transcript(found, into)
            return _finished(form, confidence, into, None)
        record = found
    if isinstance(record, list):
        if not is_turns(record):
            raise Unstandard("no_roles", "the record is a list, but not of turns")
        form, confidence = _read_list(record, into)
        return _finished(form, confidence, into, None)
    if not isinstance(record, dict):
        raise Unstandard("not_a_record", f"the record is a {type(record).__name__}")
    if not record:
        raise Unstandard("empty_record", "the record is empty")
    fields = Fields(record)
    form, confidence = _read(fields, into, hint)
    return _finished(form, confidence, into, fields)


def _read(fields: Fields, into: Conversation, hint: str | None) -> tuple[str, float]:
    wishes = into.wishes
    if wishes.question or wishes.answer:
        return _declared_columns(fields, into)
    if hint is not None and hint not in _FORMATS:
        raise Unstandard("unknown_format", f"{hint!r} is no format; {', '.join(_FORMATS)} are")
    for fits, read in _READERS:
        if fits(fields):
            form, confidence = read(fields, into)
            if form == "sharegpt" and hint == "vicuna":
                form = "vicuna"
            if hint is not None and hint != form and not _alike(hint, form):
                raise Unstandard(
                    "other_format", f"the dataset is declared as {hint}, the record is {form}"
                )
            return form, confidence
    raise _unknown(fields.record)


def _alike(hint: str, form: str) -> bool:
    return {hint, form} <= {"qa", "prompt_response"} or {hint, form} <= {"messages", "sharegpt"}


def _unknown(record: dict[str, Any]) -> Unstandard:
    """Say what a record of no known format is, as far as one can see."""
    if turn_keys(record):
        told = "the record is a single turn, not a conversation"
        return Unstandard("unknown_format", told)
    for name, value in record.items():
        if isinstance(value, list) and is_turns(value) and not turn_keys(value[0]):
            told = (
                f"the record wraps {len(value)} records in {name!r}: give each a line of its own, "
                "or the object a file of its own"
            )
            return Unstandard("wrapped_records", told)
    names = ", ".join(str(name) for name in list(record)[:20])
    return Unstandard("unknown_format", f"its fields are those of no known format: {names[:300]}")


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


def _turns_field(fields: Fields) -> tuple[str, Any] | None:
    """The field that is a list of turns, as a list or as text of one."""
    for name in _TURNS:
        key = fields.names.get(name)
        if key is None:
            continue
        value = fields.record[key]
        if type(value) is str and value[:2].strip()[:1] == "[":
            value = decoded_cell(value)
        # lists of questions and answers under these names are records, not turns
        if is_turns(value) and (name not in ("data", "items") or turn_keys(value[0])):
            return name, value
    return None


def _read_list(turns: list[Any], into: Conversation) -> tuple[str, float]:
    who, what = read_turns(turns, into)
    if who == "from":
        return "sharegpt", 1.0 if what == "value" else 0.95
    if who == "role":
        return "messages", 1.0 if what == "content" else 0.95
    return "messages", 0.9


def _read_turns(fields: Fields, into: Conversation) -> tuple[str, float]:
    found = _turns_field(fields)
    assert found is not None
    name, value = found
    fields.take(name)
    form, confidence = _read_list(value, into)
    if into.messages and into.messages[0].role != "system":
        say_system_first(fields, into)
    return form, confidence


def _is_alpaca(fields: Fields) -> bool:
    return "instruction" in fields.names and any(
        name in fields.names for name in ("output", "response", "answer", "completion")
    )


def _is_preference(fields: Fields) -> bool:
    return fields.first(CHOSEN) is not None and fields.first(REJECTED) is not None


def _text_field(fields: Fields) -> str | None:
    """The field whose text has marks between turns; a prompt with an answer beside is none."""
    for name in _TEXTS:
        if name in PROMPTS and any(one in fields.names for one in RESPONSES):
            continue
        key = fields.names.get(name)
        value = fields.record[key] if key is not None else None
        if isinstance(value, str) and is_transcript(value):
            return name
    return None


def _read_text(fields: Fields, into: Conversation) -> tuple[str, float]:
    name = _text_field(fields)
    assert name is not None
    form, confidence = read_transcript(fields.take(name), into)
    if into.messages[0].role != "system":
        say_system_first(fields, into)
    return form, confidence


def _questions(fields: Fields) -> tuple[tuple[str, ...], tuple[str, ...]]:
    asked = fields.first(QUESTIONS)
    title = fields.first(TITLES)
    said = fields.first((*ANSWERS, "response"))
    names = tuple(filter(None, (title, asked)))
    return names, (said,) if said else ()


def _is_qa(fields: Fields) -> bool:
    has_question = any(name in fields.names for name in (*QUESTIONS, *TITLES))
    return has_question and any(name in fields.names for name in (*ANSWERS, "response"))


def _read_qa(fields: Fields, into: Conversation) -> tuple[str, float]:
    asked, said = _questions(fields)
    _no_other_pair(fields, asked, said)
    read_columns(fields, into, asked, said)
    sure = {asked[-1], said[0]} == {"question", "answer"}
    return "qa", 1.0 if sure else 0.9


def _no_other_pair(fields: Fields, asked: tuple[str, ...], said: tuple[str, ...]) -> None:
    """A record with two questions and two answers says not which is meant."""
    other = (fields.first(("prompt", "input")), fields.first(("completion", "response", "output")))
    if all(other) and not {*other} & {*asked, *said}:
        first = fields.record[fields.names[str(other[1])]]
        if said and first != fields.record[fields.names[said[0]]]:
            raise Unstandard(
                "ambiguous_format",
                "the record has a question with an answer and a prompt with a response; "
                "`columns` in the dataset's declaration can say which is meant",
            )


def _prompt_names(fields: Fields) -> tuple[str, str] | None:
    asked = next((name for name in PROMPTS if name in fields.names), None)
    said = next((name for name in RESPONSES if name in fields.names and name != asked), None)
    return (asked, said) if asked and said else None


def _read_prompt(fields: Fields, into: Conversation) -> tuple[str, float]:
    names = _prompt_names(fields)
    assert names is not None
    prompt = fields.record[fields.names[names[0]]]
    answer = fields.record[fields.names[names[1]]]
    if is_turns(prompt):  # both as lists of turns
        fields.take(names[0])
        read_turns(prompt, into)
        fields.take(names[1])
        if is_turns(answer):
            read_turns(answer, into)
        else:
            into.say("assistant", answer)
    elif isinstance(prompt, str) and prompt.lstrip()[:2] == "[{" and is_turns(decoded_cell(prompt)):
        fields.take(names[0])
        read_turns(decoded_cell(prompt), into)
        into.say("assistant", fields.take(names[1]))
    elif isinstance(prompt, str) and is_transcript(prompt):
        read_transcript(fields.take(names[0]), into)
        if into.messages[-1] == ("assistant", ""):  # the mark after which the answer comes
            into.messages.pop()
            into.metadata.pop("truncated", None)
        into.say("assistant", fields.take(names[1]))
    else:
        read_columns(fields, into, (names[0],), (names[1],))
    sure = names in (("prompt", "completion"), ("prompt", "response"))
    return "prompt_response", 1.0 if sure else 0.85


def _read_nested(fields: Fields, into: Conversation) -> tuple[str, float]:
    """A logged request: `{"body": {"messages": ..}}` or `{"request": .., "response": ..}`."""
    for name in ("body", "request", "input", "params"):
        key = fields.names.get(name)
        inner = fields.record[key] if key is not None else None
        if isinstance(inner, dict) and _turns_field(Fields(inner)):
            fields.take(name)
            nested = Fields(inner)
            form, _ = _read_turns(nested, into)
            into.metadata[name] = _sorted_out(nested.rest(), into.metadata)
            _answer_of_request(fields, into)
            return form, 0.9
    raise _unknown(fields.record)


def _answer_of_request(fields: Fields, into: Conversation) -> None:
    key = fields.names.get("response")
    body = fields.record[key] if key is not None else None
    body = body.get("body", body) if isinstance(body, dict) else {}
    choices = body.get("choices") if isinstance(body, dict) else None
    if isinstance(choices, list) and len(choices) == 1 and isinstance(choices[0], dict):
        message = choices[0].get("message")
        if isinstance(message, dict) and turn_keys(message):
            read_turns([message], into)


def _is_nested(fields: Fields) -> bool:
    for name in ("body", "request", "input", "params"):
        key = fields.names.get(name)
        inner = fields.record[key] if key is not None else None
        if isinstance(inner, dict) and _turns_field(Fields(inner)):
            return True
    return False


_Fits = Callable[[Fields], Any]
_Reads = Callable[[Fields, Conversation], tuple[str, float]]
_READERS: tuple[tuple[_Fits, _Reads], ...] = (
    (_is_preference, read_preference),
    (_turns_field, _read_turns),
    (_is_alpaca, read_alpaca),
    (_text_field, _read_text),
    (_is_qa, _read_qa),
    (_is_nested, _read_nested),
    (_prompt_names, _read_prompt),
)


def _finished(
    form: str, confidence: float, into: Conversation, fields: Fields | None
) -> Standardised:
    """Check what was read and put all else into the metadata."""
    if not any(one.content.strip() for one in into.messages):
        raise Unstandard("no_text", "no turn has any text")
    if not any(one.role != "system" for one in into.messages):
        raise Unstandard("no_turns", "there is nothing but a system turn")
    metadata, created_at = into.metadata, None
    if into.notes:
        metadata["repaired"] = sorted(into.notes)
    if fields is not None and len(fields.used) < len(fields.record):
        created_at = _created_at(fields, into.wishes)
        rest = _sorted_out(fields.rest(), metadata)
        if rest:
            metadata["fields"] = rest
    return Standardised(form, confidence, into.messages, metadata, created_at)


def _sorted_out(rest: dict[str, Any], metadata: dict[str, Any]) -> dict[str, Any]:
    """Put tools and media of a record into its metadata; returns the other fields."""
    left: dict[str, Any] = {}
    for key, value in rest.items():
        name = bare(str(key))
        if name not in _TOOLS and name not in MEDIA_FIELDS:
            left[key] = value
            continue
        decoded = decoded_cell(value) if type(value) is str else value
        if name in _TOOLS:
            known = metadata.get("tools")
            metadata["tools"] = decoded if known is None else [*_listed(known), *_listed(decoded)]
        elif found := media_of_field(MEDIA_FIELDS[name], decoded):
            metadata.setdefault("media", []).extend(found)
    return left


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _created_at(fields: Fields, wishes: Wishes) -> datetime | None:
    names = (bare(wishes.created_at),) if wishes.created_at else _TIMES
    for name in names:
        key = fields.names.get(name)
        if key is not None:
            return instant(fields.record[key])
    return None

"""The layouts a record can have: how each is told and read, the most specific first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ingestion.conversations.formats.cells import decoded_cell
from ingestion.conversations.formats.cohere import is_cohere, read_cohere
from ingestion.conversations.formats.comparisons import (
    is_comparison,
    is_ranking,
    read_comparison,
    read_ranking,
)
from ingestion.conversations.formats.pairs import (
    PROMPTS,
    RESPONSES,
    Fields,
    read_alpaca,
    read_columns,
    say_system_first,
    take_prompt,
)
from ingestion.conversations.formats.preferences import (
    CHOSEN,
    REJECTED,
    is_beside,
    read_beside,
    read_preference,
)
from ingestion.conversations.formats.questions import is_qa, read_qa
from ingestion.conversations.formats.remainder import sorted_out
from ingestion.conversations.formats.shape import Unstandard
from ingestion.conversations.formats.transcripts import is_transcript, read_transcript
from ingestion.conversations.formats.trees import is_mapping, is_tree, read_mapping, read_tree
from ingestion.conversations.formats.turns import (
    Conversation,
    is_turns,
    read_turns,
    turn_keys,
    turned,
)

_TURNS = ("messages", "conversations", "conversation", "dialogue", "dialog", "turns", "chat",
          "contents", "chatmessages", "history", "data", "items")  # fmt: skip
_TEXTS = ("text", "content", "chatml", "conversation", "conversations", "messages", "dialogue",
          "dialog", "prompt", "chat", "transcript", "input")  # fmt: skip
_Fits = Callable[[Fields], Any]
_Reads = Callable[[Fields, Conversation], tuple[str, float]]
# a record that is logged or listed lies in one of these fields
_NESTED = ("body", "request", "input", "params", "row", "record", "example", "json")


def _turns_field(fields: Fields) -> tuple[str, Any] | None:
    """The field that is a list of turns, as a list or as text of one."""
    for name in _TURNS:
        key = fields.names.get(name)
        if key is None:
            continue
        value = fields.record[key]
        if type(value) is str and value[:2].strip()[:1] == "[":
            value = decoded_cell(value)
        elif type(value) is dict:
            value = turned(value)
        if name == "history" and _has_answer(fields):
            continue  # it is what was said before the question
        # lists of questions and answers under these names are records, not turns
        if is_turns(value) and (name not in ("data", "items") or turn_keys(value[0])):
            return name, value
    return None


def _has_answer(fields: Fields) -> bool:
    return _is_alpaca(fields) or is_qa(fields) or _prompt_names(fields) is not None


def read_list(turns: list[Any], into: Conversation) -> tuple[str, float]:
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
    form, confidence = read_list(value, into)
    if into.messages and into.messages[-1].role != "assistant":
        _answer_of_request(fields, into)
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
    elif isinstance(prompt, str) and take_prompt(prompt, into):
        fields.take(names[0])
        if into.messages[0].role != "system":
            say_system_first(fields, into)
        into.say("assistant", fields.take(names[1]))
    else:
        read_columns(fields, into, (names[0],), (names[1],))
    sure = names in (("prompt", "completion"), ("prompt", "response"))
    return "prompt_response", 1.0 if sure else 0.85


def _is_mapping(fields: Fields) -> bool:
    key = fields.names.get("mapping")
    return key is not None and is_mapping(fields.record[key])


def _read_mapping(fields: Fields, into: Conversation) -> tuple[str, float]:
    """An export of ChatGPT: a tree of messages, and which of its ends was shown last."""
    last = fields.take("currentnode") if "currentnode" in fields.names else None
    read_mapping(fields.take("mapping"), last, into)
    return "chatgpt_export", 1.0


def _is_tree(fields: Fields) -> bool:
    key = fields.names.get("prompt")
    return key is not None and is_tree(fields.record[key])


def _read_tree(fields: Fields, into: Conversation) -> tuple[str, float]:
    """A tree of Open Assistant."""
    read_tree(fields.take("prompt"), into)
    return "oasst", 1.0


def _is_ultrachat(fields: Fields) -> bool:
    """`{"id", "data": [question, answer, ..]}`"""
    key = fields.names.get("data")
    value = fields.record[key] if key is not None else None
    if not isinstance(value, list) or len(value) < 2 or "id" not in fields.names:
        return False
    return all(isinstance(one, str) for one in value)


def _read_ultrachat(fields: Fields, into: Conversation) -> tuple[str, float]:
    for at, text in enumerate(fields.take("data")):
        into.say(("user", "assistant")[at % 2], text)
    return "ultrachat", 0.95


def _nested(fields: Fields) -> tuple[str, Fields, _Reads] | None:
    """The field that holds the record itself, and how that is read."""
    for name in _NESTED:
        key = fields.names.get(name)
        inner = fields.record[key] if key is not None else None
        if not isinstance(inner, dict):
            continue
        nested = Fields(inner)
        for fits, read in READERS:
            if read is not _read_nested and fits(nested):
                return name, nested, read
    return None


def _read_nested(fields: Fields, into: Conversation) -> tuple[str, float]:
    """A logged request: `{"body": {"messages": ..}}` or `{"request": .., "response": ..}`."""
    found = _nested(fields)
    assert found is not None
    name, nested, read = found
    fields.take(name)
    form, _ = read(nested, into)
    rest = sorted_out(nested.rest(), into.metadata)
    if rest:
        into.metadata[name] = rest
    _answer_of_request(fields, into)
    return form, 0.9


def _answer_of_request(fields: Fields, into: Conversation) -> None:
    key = fields.names.get("response")
    body = fields.record[key] if key is not None else fields.record
    body = body.get("body", body) if isinstance(body, dict) else {}
    said = body.get("text") if key is not None and isinstance(body, dict) else None  # Cohere's
    if isinstance(said, str) and into.messages[-1].role != "assistant":
        into.say("assistant", said)
    answers = (body.get("choices") or body.get("candidates")) if isinstance(body, dict) else None
    if isinstance(answers, list) and len(answers) == 1 and isinstance(answers[0], dict):
        message = answers[0].get("message") or answers[0].get("content")
        if isinstance(message, dict) and turn_keys(message):
            read_turns([message], into)


READERS: tuple[tuple[_Fits, _Reads], ...] = (
    (_is_mapping, _read_mapping),
    (_is_tree, _read_tree),
    (_is_preference, read_preference),
    (is_beside, read_beside),
    (is_comparison, read_comparison),
    (is_ranking, read_ranking),
    (is_cohere, read_cohere),
    (_is_ultrachat, _read_ultrachat),
    (_turns_field, _read_turns),
    (_is_alpaca, read_alpaca),
    (_text_field, _read_text),
    (is_qa, read_qa),
    (_nested, _read_nested),
    (_prompt_names, _read_prompt),
)


def unknown(record: dict[str, Any]) -> Unstandard:
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

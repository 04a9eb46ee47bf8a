"""Conversations that come as a list of turns, whatever the turns' keys are called."""

from __future__ import annotations

import ast
import re
from typing import Any

import orjson

from ingestion.conversations.formats.roles import CALLS, role_of
from ingestion.conversations.formats.shape import Message, Unstandard, Wishes, as_json
from ingestion.conversations.formats.texts import as_text, repaired, split_reasoning

# (who, what) of a turn, the commonest first
KEYS = (
    ("role", "content"), ("from", "value"), ("role", "text"), ("role", "value"),
    ("from", "content"), ("from", "text"), ("speaker", "text"), ("speaker", "content"),
    ("speaker", "utterance"), ("role", "parts"), ("author", "text"), ("author", "content"),
    ("sender", "text"), ("sender", "content"), ("sender", "message"), ("role", "message"),
    ("user", "text"), ("name", "content"), ("speaker", "value"), ("speaker", "message"),
)  # fmt: skip
PAIRS = (
    ("user", "assistant"), ("human", "assistant"), ("human", "bot"), ("user", "bot"),
    ("question", "answer"), ("prompt", "response"), ("input", "output"),
    ("instruction", "output"),
)  # fmt: skip
_REASONING = ("reasoning_content", "reasoning", "thinking", "thought")
_MAX_LITERAL = 200_000


class Conversation:
    """A conversation under construction: its messages, and what is no message."""

    def __init__(self, wishes: Wishes) -> None:
        self.wishes = wishes
        self.messages: list[Message] = []
        self.metadata: dict[str, Any] = {}
        self.notes: set[str] = set()

    def say(self, role: str, content: Any) -> None:
        """Add a turn of a known role."""
        media: list[Any] = []
        text = content if type(content) is str else as_text(content, media)
        if role == "assistant" and "<think" in text:
            text, reasoning = split_reasoning(text)
            if reasoning is not None:
                self.note("reasoning", {"turn": len(self.messages), "text": reasoning})
        if "<" in text or "&" in text or not text.isascii():
            text = repaired(text, self.wishes.html, self.notes)
        for part in media:
            self.note("media", {"turn": len(self.messages), "part": part})
        self.messages.append(Message(role, text))

    def note(self, key: str, value: Any) -> None:
        """Add to a list of the metadata."""
        self.metadata.setdefault(key, []).append(value)

    def turn(self, turn: dict[str, Any], who: str, what: str) -> None:
        """Add a turn as the format carries it."""
        name = turn[who]
        if type(name) is dict:  # ChatGPT's exports: {"author": {"role": ..}}
            name = name.get("role")
        role = role_of(name, self.wishes)
        if name != role:
            self.note("roles", {"turn": len(self.messages), "name": name})
        content = turn.get(what)
        number = len(self.messages)
        if len(turn) > 2 or content is None:
            content = self._further(turn, who, what, content, number)
        elif name in CALLS:
            self.note("tool_calls", {"turn": number, "calls": content})
        self.say(role, content)

    def _further(self, turn: dict[str, Any], who: str, what: str, content: Any, number: int) -> Any:
        """Keep a turn's other fields; calls of tools become part of what it says."""
        calls = turn.get("tool_calls") or turn.get("function_call")
        rest = {key: value for key, value in turn.items() if key not in (who, what)}
        for key in _REASONING:
            if isinstance(rest.get(key), str) and rest[key].strip():
                self.note("reasoning", {"turn": number, "text": rest.pop(key)})
        if calls:
            self.note("tool_calls", {"turn": number, "calls": calls})
            rest.pop("tool_calls", None)
            rest.pop("function_call", None)
            content = "\n".join(filter(None, (as_text(content, []), said_calls(calls))))
        elif content is None and what not in turn:
            raise Unstandard("missing_content", f"turn {number} has no `{what}`")
        rest = {key: value for key, value in rest.items() if value is not None}
        if rest:
            self.note("turns", {"turn": number, "fields": rest})
        return content


def said_calls(calls: Any) -> str:
    """Return calls of tools as the text of a turn: JSON of their names and arguments."""
    listed = calls if isinstance(calls, list) else [calls]
    said = []
    for call in listed:
        inner = call.get("function", call) if isinstance(call, dict) else call
        if isinstance(inner, dict) and "name" in inner:
            arguments = inner.get("arguments", {})
            if isinstance(arguments, str):
                arguments = loaded(arguments, arguments)
            inner = {"name": inner["name"], "arguments": arguments}
        said.append(inner)
    return as_json(said[0] if len(said) == 1 else said)


def loaded(text: str, default: Any = None) -> Any:
    """Return the JSON a text is, or `default`."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return default


def is_turns(value: Any) -> bool:
    """Say whether a value is a list of turns."""
    if not isinstance(value, list) or not value or not isinstance(value[0], dict):
        return False
    return turn_keys(value[0]) is not None or pair_keys(value[0]) is not None


def turn_keys(turn: dict[str, Any]) -> tuple[str, str] | None:
    """Return the keys that say who speaks and what."""
    for who, what in KEYS:
        if who in turn and what in turn:
            return who, what
    if "role" in turn and ("tool_calls" in turn or "function_call" in turn):
        return "role", "content"
    return None


def pair_keys(turn: dict[str, Any]) -> tuple[str, str] | None:
    """Return the keys of a question and its answer in one element."""
    for asked, said in PAIRS:
        if asked in turn and said in turn:
            return asked, said
    return None


def read_turns(turns: list[Any], into: Conversation) -> tuple[str, str]:
    """Add a list of turns; returns the keys they were read by.

    Raises:
        Unstandard: a turn is of another kind, or nobody knows who speaks.
    """
    first = turns[0] if turns and isinstance(turns[0], dict) else {}
    keys = turn_keys(first)
    pairs = None if keys else pair_keys(first)
    if keys is None and pairs is None:
        raise Unstandard("no_roles", "the turns do not say who speaks")
    for number, turn in enumerate(turns):
        if not isinstance(turn, dict):
            raise Unstandard("bad_turn", f"turn {number} is a {type(turn).__name__}")
        if pairs is not None:
            into.say("user", turn.get(pairs[0]))
            into.say("assistant", turn.get(pairs[1]))
            rest = {key: value for key, value in turn.items() if key not in pairs}
            if rest:
                into.note("turns", {"turn": len(into.messages) - 2, "fields": rest})
            continue
        assert keys is not None
        own = keys if keys[0] in turn else turn_keys(turn)
        if own is None:
            raise Unstandard("missing_role", f"turn {number} does not say who speaks")
        into.turn(turn, *own)
    return keys or pairs or ("", "")


def decoded_cell(text: str) -> Any:
    """Return what a cell holds when it is a list or object written as text; else the text.

    CSV files carry them as JSON, or as Python (and NumPy) shows them.

    Raises:
        Unstandard: it holds half a character.
    """
    head = text.lstrip()[:1]
    if head not in ("[", "{"):
        return text
    found = loaded(text)
    if found is not None:
        return found
    if len(text) > _MAX_LITERAL or _depth(text) > 50:
        return text
    for candidate in (text, _NUMPY.sub(r"}, {", text)):
        try:
            found = ast.literal_eval(candidate.strip())
        except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
            continue
        if isinstance(found, list | dict):
            as_json(found)  # Python writes half characters, nothing stores them
            return found
        return text
    return text


_NUMPY = re.compile(r"\}\s*\n\s*\{")


def _depth(text: str) -> int:
    depth = deepest = 0
    for letter in text:
        if letter in "[({":
            depth += 1
            deepest = max(deepest, depth)
        elif letter in "])}":
            depth -= 1
    return deepest

"""Conversations that come as a list of turns, whatever the turns' keys are called."""

from __future__ import annotations

from typing import Any

from ingestion.conversations.formats.calls import listed_calls
from ingestion.conversations.formats.harmony import harmony_turns, is_harmony
from ingestion.conversations.formats.inner_marks import is_plain
from ingestion.conversations.formats.markup import is_about_markup, is_dressed, plain
from ingestion.conversations.formats.media import FIELDS as MEDIA_FIELDS
from ingestion.conversations.formats.media import media_of_field
from ingestion.conversations.formats.parts import CALLS as CALL_PARTS
from ingestion.conversations.formats.parts import REASONING, RESULTS, Spoken, spoken, text_of
from ingestion.conversations.formats.roles import CALLS, role_of
from ingestion.conversations.formats.roles import REASONING as THOUGHTS
from ingestion.conversations.formats.shape import Message, Unstandard, Wishes
from ingestion.conversations.formats.texts import is_as_is, repaired

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
# LangChain's messages
_TYPED = ("content", "data")
_TYPES = {"human", "ai", "system", "tool", "function"}
_REASONING = ("reasoning_content", "reasoning", "thinking", "thought", "reasoning_details",
              "thinking_blocks", "think", "reasoning_text", "tool_plan")  # fmt: skip
# fields that make a turn without content one
_CARRYING = {"tool_calls", "function_call", "refusal", "audio", *_REASONING}


class Conversation:
    """A conversation under construction: its messages, and what is no message."""

    def __init__(self, wishes: Wishes) -> None:
        self.wishes = wishes
        self.messages: list[Message] = []
        self.metadata: dict[str, Any] = {}
        self.notes: set[str] = set()
        self.pending: Spoken | None = None  # reasoning that came before its answer

    def say(self, role: str, content: Any) -> None:
        """Add what a role says; a content of several parts may be several turns."""
        if type(content) is str and self.pending is None and is_plain(content):
            self._add(role, content)
            return
        *before, last = self._spoken(role, content)
        for one in before:
            self.add_or_hold(one)
        self.add(last)

    def _spoken(self, role: str, content: Any) -> list[Spoken]:
        if role == "assistant" and isinstance(content, str) and is_harmony(content):
            return harmony_turns(content, self.wishes)
        return spoken(role, content)

    def add(self, one: Spoken) -> None:
        """Add a turn with what belongs to it."""
        if self.pending is not None:
            pending, self.pending = self.pending, None
            if one.role == "assistant":
                one.reasoning[:0] = pending.reasoning
            else:
                self.add(pending)
        number = len(self.messages)
        for reasoning in one.reasoning:
            self.note("reasoning", {"turn": number} | reasoning)
        if one.calls:
            self.note("tool_calls", {"turn": number, "calls": one.calls})
        for part in one.media:
            self.note("media", part | {"turn": number})
        if one.is_refusal:
            self.note("refusals", {"turn": number})
        if one.fields:
            self.note("turns", {"turn": number, "fields": one.fields})
        self._add(one.role, one.text)

    def add_or_hold(self, one: Spoken) -> None:
        """Add a turn; reasoning alone waits for the answer it belongs to."""
        if one.role != "assistant" or one.has_said or not one.reasoning:
            self.add(one)
            return
        if self.pending is not None:
            one.reasoning[:0] = self.pending.reasoning
        self.pending = one

    def _add(self, role: str, text: str) -> None:
        if not text.isascii():
            text = repaired(text, self.notes)
        # escaped twice is undone twice: what was read once must be read the same again
        while ("<" in text or "&" in text) and self._is_dressed(role, text):
            self.notes.add("html")
            text, before = plain(text), text
            if text == before:
                break
        self.messages.append(Message(role, text))

    def _is_dressed(self, role: str, text: str) -> bool:
        """Say whether a turn's HTML comes off: not where somebody has asked for it before."""
        html = self.wishes.html
        if not is_dressed(text, html):
            return False
        if html == "always":
            return True
        asked = (one.content for one in self.messages if one.role in ("system", "user"))
        return role != "tool" and not is_about_markup(asked)

    def end(self) -> None:
        """Add reasoning that no answer followed."""
        if self.pending is not None:
            pending, self.pending = self.pending, None
            self.add(pending)

    def note(self, key: str, value: Any) -> None:
        """Add to a list of the metadata."""
        self.metadata.setdefault(key, []).append(value)

    def turn(self, turn: dict[str, Any], who: str, what: str) -> None:
        """Add a turn as the format carries it."""
        content = turn.get(what)
        if len(turn) == 2 and what != "data" and self._say_as_is(turn[who], content):
            return
        if what == "data":
            turn, what = {**turn["data"], who: turn[who]}, "content"
        name = turn[who]
        if type(name) is dict:  # ChatGPT's exports: {"author": {"role": ..}}
            name = name.get("role")
        role = role_of(name, self.wishes)
        if role != "assistant":
            self.end()
        if name != role and name not in THOUGHTS:
            self.note("roles", {"turn": len(self.messages), "name": name})
        if what == "text" and isinstance(turn.get("content"), list) and turn["content"]:
            # Claude's exports: the text is what the parts look like
            turn = {key: one for key, one in turn.items() if key != "text"}
            what = "content"
        content = turn.get(what)
        is_told = name not in CALLS and name not in THOUGHTS
        if len(turn) <= 2 and content is not None and is_told:
            self.say(role, content)
            return
        if content is None and what not in turn and not _CARRYING.intersection(turn):
            raise Unstandard("missing_content", f"turn {len(self.messages)} has no `{what}`")
        if name in CALLS:
            said = [Spoken(role, calls=listed_calls(_one_text(content)))]
        elif isinstance(content, str) and (
            name in THOUGHTS or turn.get("channel") in ("analysis", "thinking")
        ):
            said = [Spoken(role, reasoning=[{"text": content}])]
        else:
            said = self._spoken(role, content)
        self._further(said, turn, who, what)

    def _say_as_is(self, name: Any, text: Any) -> bool:
        """Add a turn that nothing has to be done to, as nearly all are; say whether it is one."""
        if self.pending is not None or self.wishes.roles or not is_as_is(name, text):
            return False
        self.messages.append(Message(name, text))
        return True

    def _further(self, said: list[Spoken], turn: dict[str, Any], who: str, what: str) -> None:
        """Add what a turn's other fields carry to what it says."""
        last = said[-1]
        rest = {key: one for key, one in turn.items() if key not in (who, what) and one is not None}
        for key in _REASONING:
            if rest.get(key) and (text := text_of(rest[key])).strip():
                value = rest.pop(key)
                same = any(one["text"] == text for one in last.reasoning)
                if not same or not isinstance(value, str):
                    more = {} if isinstance(value, str) else {"parts": value}
                    last.reason("" if same else text, **more)
        for key in ("tool_calls", "function_call"):
            if rest.get(key):
                last.calls += listed_calls(rest.pop(key))
        if isinstance(rest.get("refusal"), str) and rest["refusal"]:
            last.texts.append(rest.pop("refusal"))
            last.is_refusal = True
        for key in [key for key in rest if key in MEDIA_FIELDS]:
            found = media_of_field(MEDIA_FIELDS[key], rest[key])
            if found is not None:
                rest.pop(key)
                last.media += found
                transcripts = [one.get("fields", {}).get("transcript") for one in found]
                if not any(last.texts):
                    last.texts += [one for one in transcripts if isinstance(one, str)]
        last.fields |= rest
        is_only_reasoning = last.role == "assistant" and last.reasoning and not last.has_said
        is_before = turn.get("channel") is not None or str(turn[who]) in THOUGHTS
        if is_only_reasoning and what in turn and is_before:
            self.pending = said.pop()
        for one in said[:-1]:
            self.add_or_hold(one)
        for one in said[-1:]:
            self.add(one)

    def item(self, item: dict[str, Any]) -> bool:
        """Add an item of a list of turns that names no role, but what it is; False: it is none."""
        kind = str(item.get("type", "")).casefold().replace("-", "_")
        if kind not in REASONING | CALL_PARTS | RESULTS:
            return False
        for one in spoken("assistant", [item]):
            self.add_or_hold(one)
        return True


def _one_text(content: Any) -> Any:
    """Return the text of a content that is parts of text; any other content as it is."""
    is_parts = isinstance(content, list) and content and isinstance(content[0], dict)
    return text_of(content) if is_parts and "text" in content[0] else content


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
    return next((("type", key) for key in _TYPED if _is_typed(turn, key)), None)


def _is_typed(turn: dict[str, Any], key: str) -> bool:
    """Say whether a turn's type is who speaks, as LangChain has it."""
    return key in turn and turn.get("type") in _TYPES and (key == "content" or bool(turn[key]))


def turned(value: Any) -> Any:
    """Return columns of turns, as tables of nested lists keep them, as a list of turns."""
    keys = turn_keys(value) if isinstance(value, dict) else None
    columns = [value.get(key) for key in keys] if keys and isinstance(value, dict) else []
    if not columns or not all(isinstance(one, list) for one in columns):
        return value
    names = [name for name, one in value.items() if isinstance(one, list)]
    if len({len(value[name]) for name in names}) != 1:
        return value
    return [dict(zip(names, row, strict=True)) for row in zip(*map(value.get, names), strict=True)]


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
        if own is None and into.item(turn):
            continue
        if own is None:
            raise Unstandard("missing_role", f"turn {number} does not say who speaks")
        into.turn(turn, *own)
    into.end()
    return keys or pairs or ("", "")

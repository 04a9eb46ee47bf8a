"""Records of one question and its answer: Alpaca, columns of questions, prompts, preferences."""

from __future__ import annotations

import re
from typing import Any

from ingestion.conversations.formats.calls import listed_calls, named_call
from ingestion.conversations.formats.cells import decoded_cell
from ingestion.conversations.formats.parts import Spoken, as_text
from ingestion.conversations.formats.shape import Message, Unstandard
from ingestion.conversations.formats.transcripts import read_prompt
from ingestion.conversations.formats.turns import (
    Conversation,
    is_turns,
    read_turns,
)

# names as `bare` gives them, in order of how sure they are
QUESTIONS = ("question", "questiontext", "questionbody", "query", "userquestion", "q", "questions",
             "patientquestion", "problem", "pregunta", "frage", "вопрос", "问题",
             "message1")  # fmt: skip
TITLES = ("questiontitle",)
ANSWERS = ("answer", "answertext", "answerbody", "bestanswer", "a", "answers", "reply", "solution",
           "respuesta", "antwort", "ответ", "答案", "回答", "message2")  # fmt: skip
PROMPTS = ("prompt", "input", "context", "user", "human", "patient", "client", "inputtext",
           "usermessage", "instruction")  # fmt: skip
RESPONSES = ("completion", "response", "output", "assistant", "bot", "doctor", "therapist",
             "counselor", "chosen", "outputtext", "assistantmessage", "gpt", "target", "answer",
             "reply", "generation")  # fmt: skip
_SYSTEMS = ("system", "systemprompt", "systemmessage", "systeminstruction")
_WORD = re.compile(r"[\W_]+")
_bare_names: dict[str, str] = {}


def bare(name: str) -> str:
    """Return a column's name without case, spaces and signs."""
    known = _bare_names.get(name)
    if known is None:
        known = _WORD.sub("", name.casefold())
        if len(_bare_names) < 10_000:
            _bare_names[name] = known
    return known


class Fields:
    """A record's fields by bare name; remembers which ones became messages."""

    def __init__(self, record: dict[str, Any]) -> None:
        self.record = record
        self.names: dict[str, str] = {}
        for key in record:
            if isinstance(key, str):
                self.names.setdefault(bare(key), key)
        self.used: set[str] = set()

    def first(self, names: tuple[str, ...]) -> str | None:
        """Return the first of some bare names that the record has with a value."""
        if self.names.keys().isdisjoint(names):
            return None
        for name in names:
            key = self.names.get(name)
            if key is not None and self.record[key] not in (None, ""):
                return name
        return None

    def take(self, name: str) -> Any:
        """Return a field's value, which is then no metadata."""
        key = self.names[name]
        self.used.add(key)
        return self.record[key]

    def rest(self) -> dict[str, Any]:
        """Return what became no message."""
        return {key: value for key, value in self.record.items() if key not in self.used}


def say_system(fields: Fields, into: Conversation) -> None:
    """Put a system field before all turns, unless the turns begin with it."""
    name = fields.first(_SYSTEMS)
    if name is None:
        return
    value = fields.record[fields.names[name]]
    if isinstance(value, dict | list):
        value = as_text(value.get("parts", value) if isinstance(value, dict) else value)
    if not isinstance(value, str) or not value.strip():
        return
    fields.take(name)
    if not (into.messages and into.messages[0] == Message("system", value)):
        into.say("system", value)


def read_alpaca(fields: Fields, into: Conversation) -> tuple[str, float]:
    """`instruction`, `input`, `output`, with `history` before and `system` before that."""
    say_system(fields, into)
    if fields.first(("history",)):
        _history(fields.take("history"), into)
    asked = [plain_text(fields, "instruction")]
    given = next((one for one in ("input", "context") if fields.first((one,))), None)
    if given:
        text = plain_text(fields, given)
        asked.append(text)
        if asked[0]:
            into.metadata["input"] = text
    for name in ("input", "instruction"):
        if name in fields.names:
            fields.take(name)
    answer = fields.first(("output", "response", "answer", "completion"))
    question = "\n".join(filter(None, asked))
    if not question.strip():
        raise Unstandard("empty_question", "instruction and input are empty")
    if answer is None:
        raise Unstandard("empty_answer", "the instruction has no answer")
    into.say("user", question)
    into.say("assistant", plain_text(fields, answer))
    return "alpaca", 1.0 if answer == "output" else 0.95


def _history(history: Any, into: Conversation) -> None:
    """Say what was said before: turns of any shape, or pairs of question and answer."""
    history = decoded_cell(history) if isinstance(history, str) else history
    if not isinstance(history, list):
        raise Unstandard("bad_history", "history is no list")
    if is_turns(history):
        read_turns(history, into)
        return
    for pair in history:
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            raise Unstandard("bad_history", "history is no list of turns or pairs")
        into.say("user", pair[0])
        into.say("assistant", pair[1])


def say_history(fields: Fields, into: Conversation) -> None:
    """Say the turns before a question, where a field of that name holds some."""
    key = fields.names.get("history")
    value = cell(fields.record[key]) if key is not None else None
    is_pairs = isinstance(value, list) and value and all(
        isinstance(one, list) and len(one) == 2 for one in value
    )  # fmt: skip
    if is_turns(value) or is_pairs:
        fields.take("history")
        _history(value, into)


def plain_text(fields: Fields, name: str) -> str:
    """A field that has to be text.

    Raises:
        Unstandard: it is something else.
    """
    if name not in fields.names:
        return ""
    value = fields.take(name)
    if value is None:
        return ""
    if isinstance(value, bool | int | float):
        return str(value)
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, list) and value and all(isinstance(one, str) for one in value):
        told = (
            f"{fields.names[name]}: the record is a dict of columns ({len(value)} cells in this "
            "one): give each row a line of its own, or the columns a file of their own"
        )
        raise Unstandard("columns", told)
    if not isinstance(value, str):
        kind = type(value).__name__
        raise Unstandard("not_text", f"{fields.names[name]}: a text is needed, not a {kind}")
    return value


def read_columns(
    fields: Fields, into: Conversation, asked: tuple[str, ...], said: tuple[str, ...]
) -> None:
    """Say one question and one answer out of named columns; empty ones are left out.

    Raises:
        Unstandard: question or answer is empty or no text.
    """
    question = "\n\n".join(filter(None, (plain_text(fields, name).strip() for name in asked)))
    answer = "\n\n".join(filter(None, (plain_text(fields, name).strip() for name in said)))
    if not question:
        raise Unstandard("empty_question", f"no text in {', '.join(asked) or 'any question'}")
    if not answer:
        raise Unstandard("empty_answer", f"no text in {', '.join(said) or 'any answer'}")
    say_system(fields, into)
    say_history(fields, into)
    into.say("user", question)
    if (calls := _calls(fields, answer)) is not None:
        into.add(Spoken("assistant", calls=calls))
    else:
        into.say("assistant", answer)


def _calls(fields: Fields, answer: str) -> list[Any] | None:
    """The calls of tools that an answer is, where the record lists tools."""
    if answer[:1] not in ("[", "{") or fields.first(("tools", "functions")) is None:
        return None
    calls = listed_calls(answer)
    is_calls = bool(calls) and all(
        isinstance(one, dict) and "arguments" in one and named_call(one) for one in calls
    )
    return calls if is_calls else None


def cell(value: Any) -> Any:
    return decoded_cell(value) if isinstance(value, str) else value


def say_system_first(fields: Fields, into: Conversation) -> None:
    """Put a system field before turns that are there already."""
    said, into.messages = into.messages, []
    say_system(fields, into)
    into.messages += [one for one in said if one not in into.messages or one.role != "system"]


def take_prompt(text: str, into: Conversation) -> bool:
    """Say the turns a prompt is written as; False when it is one question."""
    found = read_prompt(text, into.wishes)
    if found is None:
        return False
    for key, notes in found.metadata.items():
        into.metadata[key] = notes
    into.messages += found.messages
    into.notes |= found.notes
    return True

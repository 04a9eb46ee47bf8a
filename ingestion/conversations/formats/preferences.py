"""Records of a question and two answers, of which one was preferred."""

from __future__ import annotations

from typing import Any

from ingestion.conversations.formats.pairs import (
    Fields,
    cell,
    plain_text,
    say_history,
    say_system_first,
    take_prompt,
)
from ingestion.conversations.formats.shape import Message, Unstandard, Wishes
from ingestion.conversations.formats.transcripts import is_transcript, read_transcript
from ingestion.conversations.formats.turns import (
    Conversation,
    is_turns,
    read_turns,
    turn_keys,
)

CHOSEN = ("chosen", "chosenmessages", "chosenresponse", "acceptedresponse", "preferred",
          "chosenanswer", "winnerresponse", "prefered", "preferredoutput")  # fmt: skip
# where the answer of the record itself is the better one
BESIDE = ("rejectedresponse", "rejectedmessages")
_ANSWERS = ("response", "output", "completion", "answer")
REJECTED = ("rejected", "rejectedmessages", "rejectedresponse", "refused", "dispreferred",
            "rejectedanswer", "nonpreferred", "nonpreferredoutput", "loserresponse")  # fmt: skip


def is_beside(fields: Fields) -> bool:
    """Say whether a record has a conversation, and another answer to its last question."""
    if fields.first(BESIDE) is None:
        return False
    return _last_answer(fields) is not None or fields.first(_ANSWERS) is not None


def read_beside(fields: Fields, into: Conversation) -> tuple[str, float]:
    """`messages` or a question and its answer, with `rejected_response` or `rejected_messages`."""
    turns = _last_answer(fields)
    rejected = cell(fields.take(_needed(fields, BESIDE)))
    if turns is not None:
        name, listed = turns
        fields.take(name)
        read_turns(listed[:-1], into)
        say_system_first(fields, into)
        return say_pair(into, listed[-1:], rejected), 1.0
    chosen = fields.take(_needed(fields, _ANSWERS))
    say_history(fields, into)
    confidence = say_context(fields, into)
    return say_pair(into, chosen, rejected), confidence


def _last_answer(fields: Fields) -> tuple[str, list[Any]] | None:
    """The turns of a record, where an answer ends them."""
    for name in ("messages", "conversations", "conversation"):
        key = fields.names.get(name)
        value: Any = cell(fields.record[key]) if key is not None else None
        if is_turns(value) and len(value) > 1 and (keys := turn_keys(value[-1])):
            said = Conversation(Wishes())
            said.turn(value[-1], *keys)
            said.end()
            if said.messages[-1].role == "assistant":
                return name, value
    return None


def read_preference(fields: Fields, into: Conversation) -> tuple[str, float]:
    """The answer that was preferred ends the conversation; the other is kept beside it."""
    chosen = cell(fields.take(_needed(fields, CHOSEN)))
    rejected = cell(fields.take(_needed(fields, REJECTED)))
    confidence = say_context(fields, into, chosen)
    return say_pair(into, chosen, rejected), confidence


def say_pair(into: Conversation, chosen: Any, rejected: Any, is_tie: bool = False) -> str:
    """Say the better of two answers after what was asked, and keep the other beside it.

    Of two that are equally good the first is said and the other kept as a text. Returns the format.

    Raises:
        Unstandard: there is no question, or an answer is empty.
    """
    before = list(into.messages)
    _append(chosen, into, before)
    if len(into.messages) == len(before):
        raise Unstandard("empty_answer", "the chosen answer is empty")
    if not any(one.role == "user" for one in into.messages):
        raise Unstandard("empty_question", "nothing was asked before the chosen answer")
    if is_tie:
        into.metadata["equal_answer"] = rejected
        return "messages" if isinstance(chosen, list) else "prompt_response"
    other = Conversation(into.wishes)
    other.messages = list(before)
    _append(rejected, other, before)
    parting = _shared(into.messages, other.messages)
    answers = other.messages[parting:]
    into.metadata["preference"] = {
        "turn": parting,
        "rejected": [{"role": one.role, "content": one.content} for one in answers],
    }
    return "preference"


def _needed(fields: Fields, names: tuple[str, ...]) -> str:
    name = fields.first(names)
    if name is None:
        raise Unstandard("empty_answer", f"there is no {names[0]} answer")
    return name


def say_context(fields: Fields, into: Conversation, chosen: Any = None) -> float:
    """Say what was asked before the answers, a system prompt first; returns how sure that is.

    A list of turns that is the chosen answer once more is no context.
    """
    confidence = _context(fields, into, chosen)
    say_system_first(fields, into)
    return confidence


def _context(fields: Fields, into: Conversation, chosen: Any) -> float:
    for name in ("conversations", "messages", "conversation", "prompt", "history", "context"):
        key = fields.names.get(name)
        value = cell(fields.record[key]) if key is not None else None
        if value is not None and is_turns(value):
            fields.take(name)
            if value != chosen:
                read_turns(value, into)
                return 1.0
    if _request(fields, into):
        return 1.0
    asking = fields.first(
        ("prompt", "question", "instruction", "query", "input", "history", "context")
    )
    if asking == "question" and isinstance(fields.record[fields.names[asking]], dict):
        question = fields.take(asking)  # WebGPT's
        into.say("user", question.get("full_text"))
        into.metadata["question"] = {k: v for k, v in question.items() if k != "full_text"}
        return 1.0
    if asking == "instruction":
        asked = [plain_text(fields, one) for one in ("instruction", "input") if one in fields.names]
        into.say("user", "\n".join(filter(None, asked)))
    elif asking is not None:
        text = plain_text(fields, asking)
        if not take_prompt(text, into):
            into.say("user", text)
    return 1.0 if asking in ("prompt", "question", "instruction") else 0.95


def _request(fields: Fields, into: Conversation) -> bool:
    """Say the turns of `input: {"messages", "tools"}`, as OpenAI's preference files have it."""
    key = fields.names.get("input")
    value = fields.record[key] if key is not None else None
    if not isinstance(value, dict) or not is_turns(value.get("messages")):
        return False
    fields.take("input")
    read_turns(value["messages"], into)
    rest = {name: one for name, one in value.items() if name != "messages"}
    if "tools" in rest:
        into.metadata["tools"] = rest.pop("tools")
    if rest:
        into.metadata["input"] = rest
    return True


def _append(answer: Any, into: Conversation, before: list[Message]) -> None:
    """Add an answer: a text, a turn, or a list of turns that may repeat what was asked."""
    if isinstance(answer, dict):
        answer = [answer]
    if isinstance(answer, list):
        alone = Conversation(into.wishes)
        read_turns(answer, alone)
        asked = before
        if before and before[0].role == "system" and alone.messages[0].role == "user":
            asked = before[1:]  # the answers need not repeat it
        shared = _shared(asked, alone.messages)
        if shared < len(asked):
            if alone.messages[0].role in ("system", "user"):
                raise Unstandard("two_questions", "the answers begin with another question")
            shared = 0
        into.messages += alone.messages[shared:]
        into.notes |= alone.notes
        _take_notes(alone, into, shared, len(before) - shared)
        return
    if not isinstance(answer, str) or not answer.strip():
        raise Unstandard("empty_answer", "an answer is empty or no text")
    if not before and is_transcript(answer):
        read_transcript(answer, into)
        return
    into.say("assistant", answer)


def _take_notes(alone: Conversation, into: Conversation, first: int, shift: int) -> None:
    """Add what is noted of turns from `first` on, with the numbers they now have."""
    for key, notes in alone.metadata.items():
        for note in notes:
            if note["turn"] >= first:
                into.note(key, note | {"turn": note["turn"] + shift})


def _shared(one: list[Message], other: list[Message]) -> int:
    """How many messages two conversations begin with alike."""
    count = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            break
        count += 1
    return count

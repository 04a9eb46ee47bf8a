"""Cohere's first chat API: what was said before, the message asked, and the text answered."""

from __future__ import annotations

from typing import Any

from ingestion.conversations.formats.pairs import Fields
from ingestion.conversations.formats.shape import Unstandard, as_json
from ingestion.conversations.formats.turns import Conversation

_ANSWERS = ("text", "response", "completion", "output", "answer")


def is_cohere(fields: Fields) -> bool:
    """Say whether a record is a request or an answer of that API, or both in one."""
    key = fields.names.get("chathistory")
    if key is None:
        return "preamble" in fields.names and "message" in fields.names
    history = fields.record[key]
    if not history:  # the first question of a conversation
        return "message" in fields.names
    return isinstance(history, list) and all(
        isinstance(turn, dict) and "role" in turn and ("message" in turn or "tool_results" in turn)
        for turn in history
    )


def read_cohere(fields: Fields, into: Conversation) -> tuple[str, float]:
    """`preamble`, `chat_history`, `message`, `tool_results`, and the answer's `text`."""
    if fields.first(("preamble",)):
        into.say("system", fields.take("preamble"))
    for turn in (fields.take("chathistory") if "chathistory" in fields.names else None) or ():
        _say(turn, into)
    if fields.first(("message",)):
        _say({"role": "USER", "message": fields.take("message")}, into)
    if fields.first(("toolresults",)):
        _say({"role": "TOOL", "tool_results": fields.take("toolresults")}, into)
    answer: dict[str, Any] = {"role": "CHATBOT", "message": ""}
    name = fields.first(_ANSWERS)
    if name is not None:
        said = fields.take(name)
        answer |= dict(said) if isinstance(said, dict) else {"message": said}
        if "text" in answer:
            answer["message"] = answer.pop("text")
    if fields.first(("toolcalls",)):
        answer["tool_calls"] = fields.take("toolcalls")
    # the history of an answer ends with the answer itself
    last = into.messages[-1] if into.messages else None
    is_there = last is not None and (last.role, last.content) == ("assistant", answer["message"])
    if len(answer) > 2 or (answer["message"] and not is_there):
        _say(answer, into)
    if not into.messages:
        raise Unstandard("empty_question", "there is no message and no history")
    return "cohere", 1.0


def _say(turn: dict[str, Any], into: Conversation) -> None:
    if "message" not in turn:
        turn = {**turn, "message": as_json(turn["tool_results"])}
        turn.pop("tool_results")
    into.turn(turn, "role", "message")

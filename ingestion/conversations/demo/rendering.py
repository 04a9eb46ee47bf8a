"""Write dialogues as the records of a format, quirks included."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

from ingestion.conversations.demo.dialogues import Dialogue
from ingestion.conversations.formats.markup import LEAST_WORDS

Record = Any
_FROM = {"system": "system", "user": "human", "assistant": "gpt"}


def messages(made: Dialogue, dice: random.Random) -> Record:
    """OpenAI messages; now and then with a call of a tool, or parts instead of a text."""
    said: list[dict[str, Any]] = [{"role": role, "content": text} for role, text in made.turns]
    record: dict[str, Any] = {"messages": said, "topic": made.topic}
    draw = dice.random()
    if draw < 0.05 and not made.marks and not made.has_twin:
        asked = {"name": "look_up", "arguments": json.dumps({"order": made.key})}
        call = {"id": "call_1", "type": "function", "function": asked}
        said[-1:-1] = [
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "call_1", "content": '{"state": "on its way"}'},
        ]
        record["tools"] = [{"type": "function", "function": {"name": "look_up"}}]
    elif draw < 0.15:
        said[-1]["content"] = [{"type": "text", "text": said[-1]["content"]}]
    return record


def sharegpt(made: Dialogue, dice: random.Random) -> Record:
    """Turns of `from` and `value`; system turns as a field of their own now and then."""
    turns = [{"from": _FROM[role], "value": text} for role, text in made.turns]
    record: dict[str, Any] = {"id": made.key, "conversations": turns}
    if turns[0]["from"] == "system" and dice.random() < 0.5:
        record["system"] = turns.pop(0)["value"]
    return record


def alpaca(made: Dialogue, dice: random.Random) -> Record:
    """Instruction and output; earlier turns as history."""
    turns = list(made.turns)
    record: dict[str, Any] = {"instruction": "", "input": "", "output": ""}
    if turns[0][0] == "system":
        record["system"] = turns.pop(0)[1]
    pairs = [(turns[at][1], turns[at + 1][1]) for at in range(0, len(turns), 2)]
    record["instruction"], record["output"] = pairs[-1]
    if len(pairs) > 1:
        record["history"] = [list(pair) for pair in pairs[:-1]]
    return record


def preference(made: Dialogue, dice: random.Random) -> Record:
    """A prompt, the better answer, and one that is worse."""
    asked = [{"role": role, "content": text} for role, text in made.turns[:-1]]
    worse = f"I do not know, ask somebody else about {made.topic}."
    if len(asked) == 1:
        return {"prompt": asked[0]["content"], "chosen": made.turns[-1][1], "rejected": worse}
    answers = ({"role": "assistant", "content": text} for text in (made.turns[-1][1], worse))
    chosen, rejected = ([*asked, answer] for answer in answers)
    return {"chosen": chosen, "rejected": rejected}


def question(made: Dialogue, dice: random.Random) -> Record:
    """A row of a table: question and answer, the answer in HTML now and then."""
    asked, said = made.turns[-2][1], made.turns[-1][1]
    is_dressed = dice.random() < 0.4
    if is_dressed and len(said.split()) >= LEAST_WORDS:
        sentences = said.replace("&", "&amp;").split(". ")
        said = "<p>" + ".</p>\r\n<p>".join(sentences) + "</p>"
    elif not is_dressed and dice.random() < 0.2:
        said = said.replace(". ", ".\n", 1)
    return {"id": made.key, "question": asked, "answer": said, "topic": made.topic}


def chatml(made: Dialogue, dice: random.Random) -> Record:
    """One text with marks between the turns."""
    text = "\n".join(f"<|im_start|>{role}\n{said}<|im_end|>" for role, said in made.turns)
    return {"text": text, "lang": made.language}


def prompt_response(made: Dialogue, dice: random.Random) -> Record:
    """A row with a prompt and its response."""
    asked, said = made.turns[-2][1], made.turns[-1][1]
    return {"prompt": asked, "response": said, "source_id": made.key}


RENDERERS: dict[str, Callable[[Dialogue, random.Random], Record]] = {
    "messages": messages,
    "sharegpt": sharegpt,
    "alpaca": alpaca,
    "preference": preference,
    "qa": question,
    "chatml": chatml,
    "prompt_response": prompt_response,
}


def fits(form: str, made: Dialogue) -> bool:
    """Say whether a format can carry a dialogue whole."""
    roles = [role for role, _ in made.turns]
    body = roles[1:] if roles[0] == "system" else roles
    alternates = body == ["user", "assistant"] * (len(body) // 2)
    if form in ("qa", "prompt_response"):
        return alternates and len(roles) == 2 and bool(made.turns[-1][1])
    if form in ("alpaca", "preference"):
        return alternates and bool(made.turns[-1][1])
    return True

"""The shapes a conversation can be exported in, and what each of them cannot carry.

A template gives a record, or says why it cannot: nothing is bent to fit. Reading a record back
gives the same roles and texts in the same order, and so the same conversation id: each record is
read back before it is given.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import pyarrow as pa

from ingestion.conversations.formats import Unstandard, standardise
from ingestion.conversations.formats import conversation_id as content_id
from python_models.conversations.talks import NotCarried, Talk, talk_of
from python_models.conversations.trainers import CARRIES, NAMES, carries, record_of

Turn = dict[str, str]
Record = dict[str, Any]
TRAINING = ("sft", "dpo", "kto")  # shapes that a trainer reads, each in its own way


@dataclass(frozen=True)
class Template:
    """One shape; `schema` is that of its records, the id beside them included.

    `carries` names what it has a place for besides texts, in the words of `Talk.kinds`.
    """

    name: str
    schema: pa.Schema
    build: Callable[[list[Turn]], Record] | None = None
    shape: Callable[[Talk], Record] | None = None
    carries: frozenset[str] = frozenset()

    def record(
        self,
        conversation_id: str,
        turns: list[Turn],
        metadata: Mapping[str, Any] | None = None,
        lost: Callable[[str], None] = lambda kind: None,
    ) -> Record:
        """Return one conversation in this shape.

        Args:
            metadata: what the record carried besides its turns.
            lost: is told each kind of it that the shape has no place for.

        Raises:
            NotCarried: the shape has no place for something the conversation has.
        """
        if not turns:
            raise NotCarried("no turns")
        talk = talk_of(turns, metadata or {})
        if self.shape is not None:
            found = self.shape(talk)
        else:
            assert self.build is not None
            found = self._plain(talk, turns)
        for kind in sorted(talk.kinds - self.carries):
            lost(kind)
        return {"id": conversation_id} | found

    def _plain(self, talk: Talk, turns: list[Turn]) -> Record:
        """A shape of texts alone says by itself that its answers are good ones."""
        assert self.build is not None
        if reason := talk.unwanted:
            raise NotCarried(reason)
        if any(one.role == "assistant" and one.weight == 0 for one in talk.turns):
            raise NotCarried(f"an answer of weight 0, {self.name} has no weights")
        record = self.build(turns)
        if not reads_back(record, turns):
            raise NotCarried(f"a text would be read back otherwise from {self.name}")
        return record


def training_template(kind: str, trainer: str, names: Mapping[str, str]) -> Template:
    """Return `sft`, `dpo` or `kto` as a trainer reads it, under names of one's own.

    Raises:
        ValueError: the trainer has no such shape, or a name is none of its shape's.
    """
    if kind not in CARRIES[trainer]:
        raise ValueError(f"{trainer} has no {kind}")
    known = NAMES[trainer]
    if wrong := sorted(names.keys() - known.keys()):
        raise ValueError(f"NAMES: {', '.join(wrong)} is none of {', '.join(known)}")
    shape = partial(record_of, trainer=trainer, kind=kind, names=known | dict(names))
    return Template(kind, pa.schema([]), shape=shape, carries=carries(trainer, kind))


def reads_back(record: Record, turns: list[Turn]) -> bool:
    """Say whether landing a record again gives the same roles and texts."""
    try:
        found = standardise(record)
    except Unstandard:
        return False
    said = [(turn["role"], turn["content"]) for turn in turns]
    return found.conversation_id == content_id(said)


def _texts(*names: str) -> pa.Schema:
    return pa.schema([(name, pa.string()) for name in ("id", *names)])


def _turns(column: str, role: str, text: str) -> pa.Schema:
    turn = pa.struct([(role, pa.string()), (text, pa.string())])
    return pa.schema([("id", pa.string()), (column, pa.list_(turn))])


# how the names of roles are written in ChatML text: nothing else would be told apart again
CHATML_MARKS = re.compile(r"<\|im_(?:start|end|sep)\|>")


def chatml(turns: list[Turn]) -> Record:
    """Return the conversation as ChatML text.

    Raises:
        NotCarried: a text holds ChatML's own marks or ends in space, which the marks swallow.
    """
    if any(CHATML_MARKS.search(turn["content"]) for turn in turns):
        raise NotCarried("a text holds marks of ChatML")
    said = (f"<|im_start|>{turn['role']}\n{turn['content']}<|im_end|>\n" for turn in turns)
    return {"text": "".join(said)}


def messages(turns: list[Turn]) -> Record:
    """Return the conversation as a list of messages, as chat endpoints take it."""
    return {"messages": [{"role": turn["role"], "content": turn["content"]} for turn in turns]}


def alpaca(turns: list[Turn]) -> Record:
    """Return one question and its answer as instruction and output.

    Raises:
        NotCarried: there are more turns than one of each, a system prompt or a tool's turn.
    """
    roles = [turn["role"] for turn in turns]
    if roles == ["user", "assistant"]:
        if not turns[0]["content"].strip() or not turns[1]["content"].strip():
            raise NotCarried("an instruction or output without text")
        return {
            "instruction": turns[0]["content"],
            "input": "",
            "output": turns[1]["content"],
        }
    if "tool" in roles:
        raise NotCarried("a turn of a tool, plain Alpaca has none")
    if "system" in roles:
        raise NotCarried("a system prompt, plain Alpaca has none")
    if len(turns) > 2:
        raise NotCarried("several turns, plain Alpaca has no history")
    raise NotCarried("no question followed by an answer")


VICUNA = {"user": "human", "assistant": "gpt"}
SHAREGPT = VICUNA | {"system": "system", "tool": "tool"}


def vicuna(turns: list[Turn]) -> Record:
    """Return human and gpt by turns, as Vicuna was trained on.

    Raises:
        NotCarried: another role speaks, or the two do not take turns, the human first.
    """
    roles = [turn["role"] for turn in turns]
    for role in roles:
        if role not in VICUNA:
            raise NotCarried(f"a turn of role {role}, Vicuna has human and gpt only")
    if roles != [("user", "assistant")[at % 2] for at in range(len(roles))]:
        raise NotCarried("human and gpt do not take turns")
    return {"conversations": _from_value(turns, VICUNA)}


def sharegpt(turns: list[Turn]) -> Record:
    """Return the conversation as ShareGPT, with system and tool turns."""
    return {"conversations": _from_value(turns, SHAREGPT)}


def _from_value(turns: list[Turn], names: dict[str, str]) -> list[Turn]:
    return [{"from": names[turn["role"]], "value": turn["content"]} for turn in turns]


TEMPLATES = {
    template.name: template
    for template in (
        Template("chatml", _texts("text"), chatml),
        Template("messages", _turns("messages", "role", "content"), messages),
        Template("alpaca", _texts("instruction", "input", "output"), alpaca),
        Template("vicuna", _turns("conversations", "from", "value"), vicuna),
        Template("sharegpt", _turns("conversations", "from", "value"), sharegpt),
    )
}

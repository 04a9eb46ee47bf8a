"""The shapes that trainers read: `sft`, `dpo` and `kto` for TRL, LLaMA-Factory and axolotl.

A shape holds what its trainer's own loader looks for, under names that can be changed. What it
has no place for is left out with a reason, or counted as not carried: see `templates`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from python_models.conversations.talks import MEDIA, NotCarried, Said, Talk, as_text

Names = Mapping[str, str]
Record = dict[str, Any]
TRAINERS = ("trl", "llama_factory", "llama_factory_v1", "axolotl")
_MESSAGES = {
    "messages": "messages", "role": "role", "content": "content", "reasoning": "reasoning_content",
    "system": "system", "user": "user", "assistant": "assistant", "tool": "tool",
    "prompt": "prompt", "completion": "completion", "chosen": "chosen", "rejected": "rejected",
    "label": "label", "tools": "tools", "training": "training",
}  # fmt: skip
NAMES: dict[str, dict[str, str]] = {
    "trl": _MESSAGES,
    "axolotl": _MESSAGES,
    "llama_factory": _MESSAGES
    | {
        "messages": "conversations", "role": "from", "content": "value", "user": "human",
        "assistant": "gpt", "tool": "observation", "call": "function_call", "images": "images",
        "videos": "videos", "audios": "audios",
    },
    "llama_factory_v1": _MESSAGES | {"chosen": "chosen_messages", "rejected": "rejected_messages"},
}  # fmt: skip
# what each carries besides the texts of turns
CARRIES = {
    "trl": {
        "sft": "tools reasoning",
        "dpo": "tools reasoning rejected",
        "kto": "tools reasoning labels",
    },
    "axolotl": {"sft": "tools reasoning weights", "dpo": "rejected", "kto": "labels"},
    "llama_factory": {
        "sft": "tools reasoning media",
        "dpo": "tools reasoning rejected media",
        "kto": "tools reasoning labels media",
    },
    "llama_factory_v1": {
        "sft": "tools reasoning weights media",
        "dpo": "tools reasoning rejected media",
    },
}  # fmt: skip
_WORDS = {
    "tools": ("tools",), "reasoning": ("reasoning",), "weights": ("turn weights",),
    "rejected": ("rejected answers",), "labels": ("labels",), "media": tuple(MEDIA),
}  # fmt: skip


def carries(trainer: str, kind: str) -> frozenset[str]:
    """Return what the shape has a place for, in the words of `Talk.kinds`."""
    return frozenset(word for one in CARRIES[trainer][kind].split() for word in _WORDS[one])


def record_of(talk: Talk, trainer: str, kind: str, names: Names) -> Record:
    """Return a talk in the shape a trainer reads.

    Raises:
        NotCarried: it has no place in that shape.
    """
    if talk.turns[-1].role != "assistant":
        raise NotCarried("no answer at the end")
    if any(one.calls and one.role != "assistant" for one in talk.turns):
        raise NotCarried("a call of a tool by somebody else than the assistant")
    if kind != "kto" and (reason := talk.unwanted):
        raise NotCarried(reason)
    if talk.is_weighted and "turn weights" not in carries(trainer, kind):
        raise NotCarried(f"turn weights, {kind} for {trainer} has none")
    if kind == "kto" and talk.label is None:
        raise NotCarried("no label, desirable or not")
    if kind == "dpo":
        _check_pair(talk)
    return _SHAPES[trainer](talk, kind, names)


def _check_pair(talk: Talk) -> None:
    if not talk.rejected:
        raise NotCarried("no rejected answer")
    if not 0 < talk.parting < len(talk.turns):
        raise NotCarried("nothing was asked before the two answers")
    if {talk.turns[talk.parting].role, talk.rejected[0].role} != {"assistant"}:
        raise NotCarried("the two answers part at something else than an answer")
    if talk.rejected[-1].role != "assistant":
        raise NotCarried("the rejected answer does not end with the assistant")


def _prompt_and_answer(talk: Talk, kind: str) -> tuple[Sequence[Said], Sequence[Said]]:
    at = talk.parting if kind == "dpo" else len(talk.turns) - 1
    before, after = talk.turns[:at], talk.turns[at:]
    if not before or before[-1].role not in ("user", "tool"):
        raise NotCarried("nothing was asked before the answer")
    return before, after


def _trl(talk: Talk, kind: str, names: Names) -> Record:
    def many(turns: Sequence[Said]) -> list[Record]:
        return [_message(one, names) for one in turns]

    tools = {names["tools"]: as_text(talk.tools) if talk.tools else None}
    if kind == "sft":
        return {names["messages"]: many(talk.turns)} | tools
    before, after = _prompt_and_answer(talk, kind)
    asked = {names["prompt"]: many(before)}
    if kind == "kto":
        return asked | {names["completion"]: many(after), names["label"]: talk.label} | tools
    pair = {names["chosen"]: many(after), names["rejected"]: many(talk.rejected)}
    return asked | pair | tools


def _message(one: Said, names: Names, *, is_text: bool = False) -> Record:
    """A message with its calls as OpenAI writes them; `is_text`: arguments as JSON text."""
    found: Record = {names["role"]: names[one.role], names["content"]: one.content}
    if one.reasoning:
        found[names["reasoning"]] = one.reasoning
    if one.calls:
        found["tool_calls"] = [
            {
                "type": "function",
                "function": {
                    "name": call["name"],
                    "arguments": as_text(call["arguments"]) if is_text else call["arguments"],
                },
            }
            for call in one.calls
        ]
    return found


def _axolotl(talk: Talk, kind: str, names: Names) -> Record:
    if kind == "sft":
        return _axolotl_sft(talk, names)
    if any(one.calls for one in (*talk.turns, *talk.rejected)):
        raise NotCarried(f"a call of a tool, {kind} for axolotl has none")

    def many(turns: Sequence[Said]) -> list[Record]:
        return [{names["role"]: names[one.role], names["content"]: one.content} for one in turns]

    before, after = _prompt_and_answer(talk, kind)
    if kind == "kto":
        # `chatml.argilla_chat` reads the whole talk under this name
        return {names["completion"]: many(talk.turns), names["label"]: talk.label}
    if len(after) > 1 or len(talk.rejected) > 1:
        raise NotCarried("an answer of several turns, dpo for axolotl has one")
    return {
        names["messages"]: many(before),
        names["chosen"]: many(after)[0],
        names["rejected"]: many(talk.rejected)[0],
    }


def _axolotl_sft(talk: Talk, names: Names) -> Record:
    if any(one.weight not in (0.0, 1.0) for one in talk.turns):
        raise NotCarried("a turn weight between or above 0 and 1, axolotl has yes and no")
    said = [
        _message(one, names, is_text=True) | {names["training"]: bool(one.weight)}
        for one in talk.turns
    ]
    tools = as_text(talk.tools) if talk.tools else None
    return {names["messages"]: said, names["tools"]: tools}


def _llama_factory(talk: Talk, kind: str, names: Names) -> Record:
    turns = talk.turns
    system = turns[0].content if turns[0].role == "system" else ""
    said = list(turns[1:] if turns[0].role == "system" else turns)
    for at, one in enumerate(said):
        if one.role not in (("user", "tool"), ("assistant",))[at % 2]:
            raise NotCarried("turns out of order, LLaMA-Factory takes one of each side by turns")
    found: Record = {}
    if kind == "dpo":
        before, after = _prompt_and_answer(talk, kind)
        if len(after) > 1 or len(talk.rejected) > 1:
            raise NotCarried("an answer of several turns, dpo for LLaMA-Factory has one")
        said = said[:-1]
        found[names["chosen"]] = _tagged(after[0], names)
        found[names["rejected"]] = _tagged(talk.rejected[0], names)
    messages: Record = {names["messages"]: [_tagged(one, names) for one in said]}
    found = messages | found
    if kind == "kto":
        found[names["label"]] = talk.label
    found[names["system"]] = system
    found[names["tools"]] = as_text(talk.tools) if talk.tools else ""
    for media, key in MEDIA.items():
        paths = talk.media.get(media, [])
        if sum(one.content.count(f"<{media}>") for one in talk.turns) != len(paths):
            raise NotCarried(f"{key} and the marks of them in the text do not match")
        found[names[key]] = paths
    return found


def _tagged(one: Said, names: Names) -> Record:
    thought = f"<think>\n{one.reasoning}\n</think>\n\n" if one.reasoning else ""
    if not one.calls:
        return {names["role"]: names[one.role], names["content"]: thought + one.content}
    if one.content.strip():
        raise NotCarried("a call of a tool with words beside it, LLaMA-Factory has either")
    calls = list(one.calls)
    told = as_text(calls if len(calls) > 1 else calls[0])
    return {names["role"]: names["call"], names["content"]: thought + told}


def _llama_factory_v1(talk: Talk, kind: str, names: Names) -> Record:
    def many(turns: Sequence[Said]) -> list[Record]:
        return [
            {
                names["role"]: names[one.role],
                names["content"]: _parts(one, talk.media, used),
                "loss_weight": one.weight,
            }
            for one in turns
        ]

    used: dict[str, int] = {}
    tools = {names["tools"]: as_text(talk.tools)} if talk.tools else {}
    if kind == "sft":
        found = {names["messages"]: many(talk.turns)}
    else:
        before, after = talk.turns[: talk.parting], talk.turns[talk.parting :]
        chosen = many([*before, *after])
        used = {}
        found = {names["chosen"]: chosen, names["rejected"]: many([*before, *talk.rejected])}
    for media, paths in talk.media.items():
        if used.get(media, 0) < len(paths) and kind == "sft":
            raise NotCarried(f"{MEDIA[media]} and the marks of them in the text do not match")
    return found | tools


def _parts(one: Said, media: Mapping[str, list[str]], used: dict[str, int]) -> list[Record]:
    """A turn's parts in order; each mark of an image, video or audio is the part it stands for."""
    parts = [{"type": "reasoning", "value": one.reasoning}] if one.reasoning else []
    left = one.content
    while mark := min(
        (kind for kind in media if f"<{kind}>" in left),
        key=lambda kind: left.index(f"<{kind}>"),
        default=None,
    ):
        before, _, left = left.partition(f"<{mark}>")
        at = used.get(mark, 0)
        if at >= len(media[mark]):
            raise NotCarried(f"{MEDIA[mark]} and the marks of them in the text do not match")
        used[mark] = at + 1
        parts += [{"type": "text", "value": before}] if before.strip() else []
        parts.append({"type": f"{mark}_url", "value": media[mark][at]})
    if left.strip() or not (parts or one.calls):
        parts.append({"type": "text", "value": left})
    return parts + [{"type": "tool_call", "value": as_text(call)} for call in one.calls]


_SHAPES: dict[str, Callable[[Talk, str, Names], Record]] = {
    "trl": _trl,
    "axolotl": _axolotl,
    "llama_factory": _llama_factory,
    "llama_factory_v1": _llama_factory_v1,
}

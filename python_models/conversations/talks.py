"""What trainers need of a conversation beyond its texts: calls, reasoning, weights, labels, pairs.

All of it was landed as metadata beside the turns; here each part is put back to its turn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from ingestion.conversations.formats.calls import loaded, named_call, said_calls

Turn = Mapping[str, str]
MEDIA = {"image": "images", "video": "videos", "audio": "audios"}
UNDESIRABLE = "labelled undesirable"
WEIGHTLESS = "weight 0: no answer is to be learnt from"


class NotCarried(ValueError):
    """A template cannot carry a conversation; the message is a reason that can be counted."""


@dataclass(frozen=True)
class Said:
    """One turn: what is shown of it, the calls of tools in it, and what was thought before."""

    role: str
    content: str
    calls: tuple[dict[str, Any], ...] = ()  # {"name", "arguments": object}
    reasoning: str = ""
    weight: float = 0.0


@dataclass(frozen=True)
class Talk:
    """A conversation as a trainer takes it.

    Attributes:
        label: whether the answer is wanted; None where nobody said.
        rejected: the answer that was not preferred, and `parting` the turn it stands beside.
        media: paths by kind (image, video, audio).
        kinds: what the record carries besides its turns' texts, in words that can be counted.
    """

    turns: tuple[Said, ...]
    tools: tuple[Any, ...] = ()
    label: bool | None = None
    rejected: tuple[Said, ...] = ()
    parting: int = 0
    media: dict[str, list[str]] = field(default_factory=dict)
    kinds: frozenset[str] = frozenset()

    @property
    def is_weighted(self) -> bool:
        """Whether a turn has another weight than 1 for answers and 0 for all else."""
        return any(one.weight != float(one.role == "assistant") for one in self.turns)

    @property
    def unwanted(self) -> str | None:
        """Why no answer of it is one to learn from; None where some are."""
        if self.label is False:
            return UNDESIRABLE
        answers = [one.weight for one in self.turns if one.role == "assistant"]
        return WEIGHTLESS if answers and not any(answers) else None


def talk_of(turns: Sequence[Turn], metadata: Mapping[str, Any]) -> Talk:
    """Return turns and metadata of a record as a talk.

    Raises:
        NotCarried: a call of a tool cannot be read.
    """
    training = metadata.get("training") or {}
    calls, reasoning = (
        _by_turn(metadata, "tool_calls", "calls"),
        _by_turn(metadata, "reasoning", "text"),
    )
    weights = {one["turn"]: float(one["weight"]) for one in training.get("weights") or ()}
    preference = metadata.get("preference") or {}
    rejected = preference.get("rejected") or []
    said = tuple(
        _said(turn, calls.get(at), reasoning.get(at), weights.get(at))
        for at, turn in enumerate(turns)
    )
    talk = Talk(
        turns=said,
        tools=_tools(metadata),
        label=training.get("label"),
        rejected=tuple(_said(turn, None, None, None) for turn in rejected),
        parting=preference.get("turn", len(said) - 1),
        media=_media(metadata),
    )
    return Talk(**(vars(talk) | {"kinds": _kinds(talk)}))


def _kinds(talk: Talk) -> frozenset[str]:
    found = {
        "tools": talk.tools,
        "reasoning": any(one.reasoning for one in talk.turns),
        "rejected answers": talk.rejected,
        "labels": talk.label is not None,
        "turn weights": talk.is_weighted,
    } | {kind: talk.media.get(kind) for kind in MEDIA}
    return frozenset(kind for kind, value in found.items() if value)


def _by_turn(metadata: Mapping[str, Any], key: str, part: str) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for note in metadata.get(key) or ():
        if isinstance(note, dict) and part in note:
            found.setdefault(note.get("turn", -1), []).append(note[part])
    return found


def _said(
    turn: Turn, calls: list[Any] | None, reasoning: list[str] | None, weight: float | None
) -> Said:
    content, read = turn["content"], []
    for told in calls or () if turn["role"] == "assistant" else ():
        read += [_call(one) for one in _listed(told)]
        content = _without(content, told)
    return Said(
        turn["role"],
        content,
        tuple(read),
        "\n\n".join(reasoning or ()),
        float(turn["role"] == "assistant") if weight is None else weight,
    )


def _listed(told: Any) -> list[Any]:
    found = loaded(told) if isinstance(told, str) else told
    return found if isinstance(found, list) else [found]


def _call(told: Any) -> dict[str, Any]:
    """One call as landing reads it, in whatever provider's shape it is noted."""
    named = named_call(told)
    arguments = (named["arguments"] or {}) if named else None
    if named is None or not isinstance(arguments, dict):
        raise NotCarried("a call of a tool that cannot be read")
    return {"name": named["name"], "arguments": arguments}


def _without(content: str, told: Any) -> str:
    """A turn's text without the calls that landing wrote at its end."""
    for text in filter(None, (told if isinstance(told, str) else "", said_calls(told))):
        if content.endswith(text):
            return content.removesuffix(text).rstrip("\n")
    return content


def _tools(metadata: Mapping[str, Any]) -> tuple[Any, ...]:
    """The tools that were offered, each as `{"type": "function", "function": ..}`."""
    found: list[Any] = []
    for key in ("tools", "functions"):
        value = metadata.get(key)
        value = loaded(value, []) if isinstance(value, str) else value or []
        found += value if isinstance(value, list) else [value]
    return tuple(
        {"type": "function", "function": one}
        if isinstance(one, dict) and "name" in one and "function" not in one
        else one
        for one in found
    )


def _media(metadata: Mapping[str, Any]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for kind, key in MEDIA.items():
        value = metadata.get(key) or []
        for one in value if isinstance(value, list) else [value]:
            found.setdefault(kind, []).append(_path(one))
    for note in metadata.get("media") or ():
        part = note.get("part", note) if isinstance(note, dict) else {}
        kind = str(part.get("kind") or part.get("type") or "")
        kind = kind.removeprefix("input_").removesuffix("_url")
        if kind in MEDIA:
            found.setdefault(kind, []).append(_path(part))
    return found


def _path(told: Any) -> str:
    """Where a picture, film or sound lies, however the record said it."""
    while isinstance(told, dict):
        inner = (told.get(key) for key in ("path", "url", "value", "image_url", "video_url",
                                           "audio_url", "image", "video", "audio"))  # fmt: skip
        told = next((one for one in inner if one), "")
    return str(told)


def as_text(value: Any) -> str:
    """Return a value as JSON text."""
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()

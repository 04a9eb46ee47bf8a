"""What a record says of how good its answers are: labels of the whole, weights of turns.

Both end up under `training` in the metadata, the first key there is, so that a record without
them is told by the beginning of its text:

    {"label": true | false | null,    an answer that is wanted, or one that is not
     "trained": 2, "untrained": 1,    answers by whether they are to be learnt
     "weights": [{"turn": 1, "weight": 0.0}]}   of turns that differ from the usual 1 and 0

Fields these are read from stay where they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from ingestion.conversations.formats.shape import Message

LABEL_NAMES = ("ktotag", "ktolabel", "desirable", "isdesirable", "label", "feedback", "thumbsup",
               "winner")  # fmt: skip
_GOOD = frozenset(
    ("true", "desirable", "desired", "good", "chosen", "accepted", "preferred", "upvoted",
     "thumbs_up", "up", "like", "liked", "helpful")
)  # fmt: skip
_BAD = frozenset(
    ("false", "undesirable", "undesired", "bad", "rejected", "dispreferred", "downvoted",
     "thumbs_down", "down", "dislike", "disliked", "unhelpful", "tie_(bothbad)", "both_bad")
)  # fmt: skip
# of feedback only: elsewhere they name a mood
_MOODS = {"positive": True, "negative": False}
# beside these a 0 or 1 called `label` is the label of an answer; beside others of some class
_PLAIN = frozenset(
    ("label", "id", "uid", "idx", "index", "source", "dataset", "tools", "functions")
)
WEIGHT_NAMES = ("weight", "lossweight", "training", "train", "trainable", "trainonturn", "loss",
                "istrainable")  # fmt: skip


def with_training(metadata: dict[str, Any], messages: Sequence[Message]) -> dict[str, Any]:
    """Return a record's metadata with `training` first, when it says anything of it."""
    fields = metadata.get("fields") or {}
    label = _label(fields)
    answers = [at for at, one in enumerate(messages) if one.role == "assistant"]
    weights = dict.fromkeys(answers, 0.0) if _is_left_out(fields) else {}
    weights |= _weights(metadata.get("turns") or [], messages)
    if label is None and not weights:
        return metadata
    untrained = sum(weights.get(at, 1.0) <= 0 for at in answers)
    training = {
        "label": label,
        "trained": len(answers) - untrained,
        "untrained": untrained,
        "weights": [{"turn": turn, "weight": weight} for turn, weight in sorted(weights.items())],
    }
    return {"training": training} | metadata


def _bare(name: object) -> str:
    return "".join(filter(str.isalnum, str(name).casefold()))


def _label(fields: dict[str, Any]) -> bool | None:
    by_name = {_bare(name): value for name, value in fields.items()}
    for name in LABEL_NAMES:
        found = as_label(name, by_name[name]) if name in by_name else None
        is_class = name == "label" and type(by_name.get(name)) in (int, float)
        if found is not None and not (is_class and by_name.keys() - _PLAIN):
            return found
    return None


def as_label(name: str, value: Any) -> bool | None:
    """What a value says of an answer; None when it says something else."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return bool(value) if value in (0, 1) else None
    if not isinstance(value, str):
        return None
    word = value.strip().casefold().replace(" ", "_").replace("-", "_")
    if word in ("0", "1"):
        return word == "1" if name != "label" else None
    if name == "feedback" and word in _MOODS:
        return _MOODS[word]
    return True if word in _GOOD else False if word in _BAD else None


def _is_left_out(fields: dict[str, Any]) -> bool:
    """Say whether a record as a whole is marked as nothing to learn from."""
    return any(
        _bare(name) in WEIGHT_NAMES and value in (0, False) for name, value in fields.items()
    )


def _weights(notes: Sequence[dict[str, Any]], messages: Sequence[Message]) -> dict[int, float]:
    """The weights of turns that are not the usual: 1 for an answer, 0 for all else."""
    found: dict[int, float] = {}
    for note in notes:
        turn, fields = note.get("turn"), note.get("fields")
        if not isinstance(turn, int) or turn >= len(messages) or not isinstance(fields, dict):
            continue
        by_name = {_bare(name): value for name, value in fields.items()}
        said = (as_weight(by_name.get(name)) for name in WEIGHT_NAMES)
        weight = next((one for one in said if one is not None), None)
        usual = 1.0 if messages[turn].role == "assistant" else 0.0
        if weight is not None and weight != usual:
            found[turn] = weight
    return found


def as_weight(value: Any) -> float | None:
    """How much a turn or a record is to be learnt; None when a value says something else."""
    if isinstance(value, bool | int | float) and value == value and abs(value) != float("inf"):
        return max(0.0, float(value))
    if isinstance(value, str):
        word = value.strip().casefold()
        if word in ("true", "false"):
            return float(word == "true")
        with suppress(ValueError):
            return as_weight(float(word))
    return None

"""What is resolved, and what it is resolved by: anchors, accounts, decisions, settings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

ANYWHERE = "*"
# what documents write where two names are one thing's
SAME_AS = frozenset(
    {
        "renamed to", "was renamed to", "is renamed to", "renamed", "is now called",
        "is now known as", "now called", "also known as", "is also known as", "aka",
        "formerly", "formerly known as", "was formerly", "is short for",
    }
)  # fmt: skip


class Anchor(NamedTuple):
    """A name or a strong id as one document has it."""

    object_id: str
    type: str  # as said, folded
    key: str  # the name, folded
    strong: str | None  # "<kind>:<id>"
    name: str = ""
    mention_count: int = 1
    first_known: datetime = datetime.max

    @property
    def text(self) -> str:
        """Return what decisions and registered ids call it."""
        return anchor_text(self.type, self.key, self.object_id, self.strong)


def anchor_text(kind: str, key: str, object_id: str, strong: str | None) -> str:
    """Return the one text that names an anchor in every cell."""
    return f"strong:{strong}" if strong else f"name:{kind}:{key}:{object_id}"


class Account(NamedTuple):
    """Strong ids that one person (or thing) has, with the names it goes by."""

    type: str
    strong: tuple[str, ...]
    names: tuple[str, ...]


class Decision(NamedTuple):
    """What a person decided of two anchors; the newest word on a pair counts."""

    decision_id: str
    kind: str  # merge | keep_apart
    one: str
    other: str


class Same(NamedTuple):
    """A document says that two names are one thing's: renamed, also known as."""

    type: str
    key: str
    other_type: str
    other_key: str


@dataclass(frozen=True)
class Settings:
    """How sure a score must be."""

    threshold: float = 0.94
    name_weight: float = 0.75
    neighbour_weight: float = 0.25
    margin: float = 0.1
    uses_first_names: bool = True
    uses_scores: bool = True

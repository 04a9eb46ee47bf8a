"""What an extractor says of a text: mentions of things, and statements about them, by spans.

Every span is [start, end) code points of the text: `text[start:end]`.
"""

from __future__ import annotations

from dataclasses import dataclass

POLARITIES = ("asserted", "negated", "planned", "reported")


@dataclass(frozen=True)
class Mention:
    """Something the text names."""

    type: str
    start: int
    end: int
    text: str
    confidence: float = 1.0
    found: str = "exact"  # exact | folded | near | unfounded (start and end are 0 then)


@dataclass(frozen=True)
class Statement:
    """Something the text says of a mention: of another one (`object`), or a value."""

    subject: int  # place in the mentions
    predicate: str  # as written
    object: int | None
    value: str | None
    evidence_start: int
    evidence_end: int
    polarity: str = "asserted"
    time_expression: str | None = None  # as written
    confidence: float = 1.0
    found: str = "exact"  # of the evidence


@dataclass(frozen=True)
class Extraction:
    """All an extractor says of one text."""

    mentions: tuple[Mention, ...] = ()
    statements: tuple[Statement, ...] = ()

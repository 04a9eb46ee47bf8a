"""Texts to mentions and statements: the question, the answer's type, and how it is read.

A model copies words, since it can't count letters: each copied name and sentence is looked for in
the text. What does not stand there is kept as `unfounded`, and never becomes a fact.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from python_models.knowledge.extraction import Extraction, Mention, Statement
from python_models.knowledge.spans import find_span
from python_models.llm.step import Step

PROMPTS = Path(__file__).parent / "prompts"
Confidence = Annotated[float, Field(ge=0, le=1)]
Words = Annotated[str, Field(min_length=1, max_length=300)]
UNFOUNDED = "unfounded"


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SaidMention(_Said):
    """A name, copied."""

    type: Annotated[str, Field(min_length=1, max_length=60)]
    name: Words
    start: int | None = None  # where it is thought to stand; a hint, no more
    confidence: Confidence = 1.0


class SaidStatement(_Said):
    """What is said of a mention, with the words that say it."""

    subject: Words
    predicate: Words
    object: Words | None = None
    value: Words | None = None
    evidence: Annotated[str, Field(min_length=1, max_length=2000)]
    start: int | None = None  # where the evidence is thought to stand
    polarity: Literal["asserted", "negated", "planned", "reported"] = "asserted"
    time: Words | None = None
    confidence: Confidence = 1.0


class ExtractionAnswer(_Said):
    """All that an extractor says of one text."""

    mentions: list[SaidMention] = Field(max_length=200)
    statements: list[SaidStatement] = Field(max_length=200)


EXTRACTION = Step(
    "knowledge_extraction", PROMPTS / "extract.jinja", ExtractionAnswer, key=("text_hash",)
)


def as_answer(text: str, extraction: Extraction) -> ExtractionAnswer:
    """Return an extraction by spans as the answer a model would give."""
    names = [one.text for one in extraction.mentions]
    return ExtractionAnswer(
        mentions=[
            SaidMention(type=one.type, name=one.text, start=one.start, confidence=one.confidence)
            for one in extraction.mentions
        ],
        statements=[
            SaidStatement(
                subject=names[one.subject],
                predicate=one.predicate,
                object=None if one.object is None else names[one.object],
                value=one.value,
                evidence=text[one.evidence_start : one.evidence_end],
                start=one.evidence_start,
                polarity=one.polarity,  # type: ignore[arg-type]
                time=one.time_expression,
                confidence=one.confidence,
            )
            for one in extraction.statements
        ],
    )


def read_answer(
    text: str, answer: ExtractionAnswer, known: Mapping[str, str] | None = None
) -> Extraction:
    """Return what an answer says, by spans of the text; names of statements become mentions.

    Args:
        text: what was read.
        answer: what was answered.
        known: types of names, by the name in lower case, that an answer need not list.
    """
    known = known or {}
    mentions = [
        _mention(text, said.type, said.name, said.start, said.confidence)
        for said in answer.mentions
    ]
    statements = []
    for said in answer.statements:
        span = find_span(text, said.evidence, said.start)
        at = span.start if span else 0
        subject = _place(text, mentions, said.subject, at, span.end if span else 0, known)
        other = None
        if said.object is not None:
            other = _place(text, mentions, said.object, at, span.end if span else 0, known)
        names = [mentions[place] for place in (subject, other) if place is not None]
        found = span.found if span else UNFOUNDED
        if any(one.found == UNFOUNDED for one in names):
            found = UNFOUNDED
        statements.append(
            Statement(
                subject, said.predicate, other, said.value, at, span.end if span else 0,
                said.polarity, said.time, said.confidence, found,
            )
        )  # fmt: skip
    return Extraction(tuple(mentions), tuple(statements))


def _mention(text: str, kind: str, name: str, hint: int | None, confidence: float) -> Mention:
    span = find_span(text, name, hint)
    if span is None:
        return Mention(kind, 0, 0, name, confidence, UNFOUNDED)
    return Mention(kind, span.start, span.end, text[span.start : span.end], confidence, span.found)


def _place(
    text: str, mentions: list[Mention], name: str, start: int, end: int, known: Mapping[str, str]
) -> int:
    """Return the place of the mention a statement means: in its evidence, else the nearest.

    A name that no mention has, but the evidence does, becomes a mention: of the type it is known
    by, else of none.
    """
    folded = name.casefold().split()
    named = [at for at, one in enumerate(mentions) if one.text.casefold().split() == folded]
    inside = [at for at in named if start <= mentions[at].start and mentions[at].end <= end]
    if inside:
        return inside[0]
    here = find_span(text[start:end], name)
    kinds = [mentions[at].type for at in named]
    if here is not None:
        kind = kinds[0] if kinds else known.get(name.casefold(), "")
        words = text[start + here.start : start + here.end]
        mentions.append(Mention(kind, start + here.start, start + here.end, words, 1.0, here.found))
        return len(mentions) - 1
    if named:
        return min(named, key=lambda at: (abs(mentions[at].start - start), at))
    mentions.append(_mention(text, known.get(name.casefold(), ""), name, start, 1.0))
    return len(mentions) - 1

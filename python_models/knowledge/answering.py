"""Answers from the corpus: asked of a model with the best passages, kept where the words are there.

A sentence is kept only with a quote that stands in the passage it names. Where none is left, the
answer is that the corpus does not say it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import duckdb
import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field

from python_models.knowledge.search.hits import Hit
from python_models.knowledge.spans import find_span
from python_models.llm.run import run_step
from python_models.llm.step import GOOD, Step

PROMPT = Path(__file__).parent / "prompts" / "answer.jinja"
NOT_FOUND = "not found in the corpus"
NODE = "ask"


class Quote(BaseModel):
    """Words of a passage."""

    model_config = ConfigDict(extra="forbid")

    passage: int = Field(ge=1)
    words: Annotated[str, Field(min_length=1, max_length=600)]


class AnswerSentence(BaseModel):
    """A sentence and what says it."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(min_length=1, max_length=600)]
    quotes: list[Quote] = Field(max_length=5)


class CorpusAnswer(BaseModel):
    """The answer; no sentence where the passages do not say it."""

    model_config = ConfigDict(extra="forbid")

    sentences: list[AnswerSentence] = Field(max_length=8)


STEP = Step("knowledge_answer", PROMPT, CorpusAnswer, key=("question_id",))


@dataclass(frozen=True)
class Cited:
    """Where a sentence's words stand: [start, end) code points of a document's text."""

    passage: int  # place of the hit, from 1
    object_id: str
    version: str
    uri: str | None
    title: str
    start: int
    end: int
    words: str


@dataclass(frozen=True)
class Answered:
    """An answer with its citations; `sentences` is empty where the corpus does not say it."""

    sentences: tuple[tuple[str, tuple[Cited, ...]], ...]
    status: str
    error: str | None
    call_id: str | None
    model: str | None
    cost_usd: float | None

    @property
    def text(self) -> str:
        """Return the answer in words."""
        return " ".join(text for text, _ in self.sentences) or NOT_FOUND


def answered(session: duckdb.DuckDBPyConnection, question: str, hits: Sequence[Hit]) -> Answered:
    """Ask a model; every budget and rule of an LLM step holds.

    Raises:
        StepFailed: the endpoint refuses, or the journal cannot be written.
    """
    if not hits:
        return Answered((), "ok", None, None, None, None)
    passages = [
        {"n": place, "title": hit.title, "text": hit.text}
        for place, hit in enumerate(hits, start=1)
    ]
    said = "\n".join([question, *(hit.chunk_id for hit in hits)])
    row = {
        "question_id": hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:24],
        "question": question,
        "passages": passages,
    }
    result = run_step(session, pa.Table.from_pylist([row]), STEP, node=NODE).to_pylist()[0]
    good = result["status"] in GOOD
    return Answered(
        sentences_of(result["sentences"] if good else [], hits),
        result["status"],
        result["error"],
        result["call_id"],
        result["model"],
        result["cost_usd"],
    )


def sentences_of(
    said: Sequence[dict[str, Any]] | None, hits: Sequence[Hit]
) -> tuple[tuple[str, tuple[Cited, ...]], ...]:
    """Return the sentences that cite words of a passage, with the places of these words."""
    kept = []
    for sentence in said or ():
        cited = tuple(
            found
            for quote in sentence["quotes"] or ()
            if (found := _cited(quote, hits)) is not None
        )
        if cited:
            kept.append((sentence["text"], cited))
    return tuple(kept)


def _cited(quote: dict[str, Any], hits: Sequence[Hit]) -> Cited | None:
    place = quote["passage"]
    if not 1 <= place <= len(hits):
        return None
    hit = hits[place - 1]
    span = find_span(hit.text, quote["words"])
    if span is None:
        return None
    start, end = hit.span_start + span.start, hit.span_start + span.end
    return Cited(
        place, hit.object_id, hit.version, hit.uri, hit.title, start, end, hit.shown(start, end)
    )

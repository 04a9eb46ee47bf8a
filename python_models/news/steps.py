"""The questions of news: what each phase asks a model, and what an answer must be."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from python_models.llm.step import Step

PROMPTS = Path(__file__).parent / "prompts"
DIMENSIONS = ("impact", "novelty", "credibility", "relevance", "timeliness")
LINE = 200  # characters of a background line at most

PassageIds = Annotated[list[str], Field(min_length=1, max_length=12)]


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Relevance(_Answer):
    """Tier 2's word on one story."""

    relevance: float = Field(ge=0, le=10)
    category: str = Field(min_length=1, max_length=60)
    promotional: float = Field(ge=0, le=1)
    confidence: float = Field(ge=0, le=1)


class Score(_Answer):
    """One score of a story, with why."""

    score: int = Field(ge=1, le=10)
    reason: str = Field(min_length=10, max_length=400)
    passages: PassageIds


class Assessment(_Answer):
    """Tier 3's word on one story."""

    impact: Score
    novelty: Score
    credibility: Score
    relevance: Score
    timeliness: Score


class Cited(_Answer):
    """One sentence and the passages it rests on."""

    text: str = Field(min_length=1, max_length=600)
    passages: PassageIds


class Analysis(_Answer):
    """One item of the report; whether it may be printed is checked apart."""

    sentences: list[Cited] = Field(min_length=1, max_length=12)


class EntityType(_Answer):
    """What a name names."""

    type: Literal["person", "organisation", "product", "place", "law", "event", "other", "none"]


class BackgroundLine(_Answer):
    """Who or what an entity is, as the evidence has it."""

    is_known: bool
    line: str = Field(max_length=LINE)


def _category_is_declared(answer: Relevance, row: Mapping[str, Any]) -> None:
    known = json.loads(row["known_categories"])
    if answer.category not in known:
        raise ValueError(f"category: {answer.category!r} is none of {', '.join(known)}")


def _passages_exist(cited: list[str], row: Mapping[str, Any]) -> None:
    known = set(row["known_passages"])
    unknown = [name for name in cited if name not in known]
    if unknown:
        raise ValueError(
            f"passages: {', '.join(unknown[:5])} not among those given; cite ids that stand there"
        )


def _reasons_cite(answer: Assessment, row: Mapping[str, Any]) -> None:
    for name in DIMENSIONS:
        _passages_exist(getattr(answer, name).passages, row)


def _sentences_cite(answer: Analysis, row: Mapping[str, Any]) -> None:
    for sentence in answer.sentences:
        _passages_exist(sentence.passages, row)


RELEVANCE = Step(
    "news_relevance", PROMPTS / "relevance.jinja", Relevance, key=("story_id",),
    check=_category_is_declared, batch_size=20, priority="tier1_score",
)  # fmt: skip
ASSESSMENT = Step(
    "news_assessment", PROMPTS / "assessment.jinja", Assessment, key=("story_id",),
    check=_reasons_cite, priority="tier2_relevance",
)  # fmt: skip
ANALYSIS = Step(
    "news_analysis", PROMPTS / "analysis.jinja", Analysis, key=("story_id",),
    check=_sentences_cite, priority="weighted_score",
)  # fmt: skip
ANALYSIS_AGAIN = replace(
    ANALYSIS, name="news_analysis_again", template=PROMPTS / "analysis_again.jinja"
)
ENTITY_TYPES = Step(
    "news_entity_types", PROMPTS / "entity_types.jinja", EntityType, key=("entity_id",),
    batch_size=20,
)  # fmt: skip
BACKGROUND = Step(
    "news_background", PROMPTS / "background.jinja", BackgroundLine, key=("entity_id",)
)


def as_declared(step: Step, run: Mapping[str, Any] | None, phase: str) -> Step:
    """Return a step with the prompt, model and batch size that a run's report names.

    Raises:
        LookupError: the report names a prompt that does not exist.
    """
    report = report_of(run)
    asked = (report.get("phases") or {}).get(phase) or {}
    template = step.template
    if asked.get("prompt"):
        given = Path(asked["prompt"])
        found = [path for path in (given, PROMPTS / given) if path.is_file()]
        if not found:
            raise LookupError(
                f"the report's phases.{phase}.prompt names {asked['prompt']}, which is no file; "
                "give a path, or one of "
                + ", ".join(sorted(path.name for path in PROMPTS.glob("*.jinja")))
            )
        template = found[0]
    size = int(report.get("batch_size") or step.batch_size) if step.batch_size > 1 else 1
    return replace(step, template=template, model=asked.get("model") or step.model, batch_size=size)


def report_of(run: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the report of a run as it was resolved; empty when nothing has landed."""
    found: dict[str, Any] = json.loads((run or {}).get("config") or "{}").get("report", {})
    return found

"""`study.yml`: what a study tries, as its author writes it."""

from __future__ import annotations

from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

Level = Literal["sentence", "paragraph", "article"]
LEVELS: tuple[str, ...] = ("sentence", "paragraph", "article")
KINDS = ("draft", "essay", "evaluation", "comparison")
PairFactor = Literal["draft_template", "essay_template", "generation_model"]
PAIR_FACTORS: tuple[PairFactor, ...] = ("draft_template", "essay_template", "generation_model")
LARGEST_K = 4  # concepts in one prompt of which SQL makes all combinations
MOST_IN_PROMPT = 50


class DefinitionError(ValueError):
    """A study.yml cannot be used; the message says which part and why."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Concepts(_Part):
    """Which concepts take part: all active ones, those listed, or those with one of the tags."""

    ids: list[str] | None = None
    tags: list[str] | None = None


class Templates(_Part):
    """Which templates take part; none given means all active ones."""

    draft: list[str] | None = None
    essay: list[str] | None = None
    evaluation: list[str] | None = None
    comparison: list[str] | None = None


class Models(_Part):
    """Which models take part; none given means all of models.csv."""

    generation: list[str] | None = None
    evaluation: list[str] | None = None


class Replicates(_Part):
    """How often the same question is asked."""

    draft: int = Field(default=1, ge=1, le=100)
    evaluation: int = Field(default=1, ge=1, le=100)


class Definition(_Part):
    """A whole study.yml."""

    study: str = Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)
    description: str = ""
    location: str | None = None  # folder of the study's files, where they lie elsewhere
    exclude: list[str] | None = None  # files of the folder that are no part of the study: globs
    k_max: int = Field(default=2, ge=1, le=MOST_IN_PROMPT)
    sizes: list[int] | None = Field(default=None, min_length=1)  # k_max is the largest of them
    most_combinations: int | None = Field(default=None, ge=1)  # that many are meant
    level: Level = "paragraph"
    concepts: Concepts = Concepts()
    templates: Templates = Templates()
    models: Models = Models()
    combinations: list[list[str]] | None = None
    replicates: Replicates = Replicates()
    imports: str | None = None  # folder or CSV of texts made elsewhere, to be judged
    pairs: list[PairFactor] | None = Field(default=None, min_length=1)  # what differs in a pair
    reevaluate: list[str] | None = None  # gen_id of essays to judge again, none written anew

    @model_validator(mode="before")
    @classmethod
    def _largest(cls, known: Any) -> Any:
        """k_max is the largest of the sizes where it is not said."""
        sizes = known.get("sizes") if isinstance(known, dict) else None
        if isinstance(sizes, list) and sizes and all(isinstance(one, int) for one in sizes):
            return {"k_max": max(sizes)} | known
        return known

    @field_validator("sizes")
    @classmethod
    def _different(cls, value: list[int] | None) -> list[int] | None:
        if value and (min(value) < 1 or len(set(value)) != len(value)):
            raise ValueError(f"{value} is not a list of different sizes from 1 on")
        return value and sorted(value)

    @model_validator(mode="after")
    def _one_largest(self) -> Definition:
        if self.sizes and max(self.sizes) != self.k_max:
            raise ValueError(f"k_max is {self.k_max}, the largest of sizes {max(self.sizes)}")
        return self

    @field_validator("combinations")
    @classmethod
    def _sets(cls, value: list[list[str]] | None) -> list[list[str]] | None:
        for combo in value or ():
            if not combo or len(set(combo)) != len(combo):
                raise ValueError(f"{combo} is not a list of different concepts")
        return value


def known_before(text: bytes) -> dict[str, Any]:
    """Return what says which files are a study's, before its study.yml is read and judged."""
    try:
        known = yaml.safe_load(text)
    except (yaml.YAMLError, UnicodeDecodeError):
        return {}  # said where the study is read
    return known if isinstance(known, dict) else {}


def read_definition(text: str) -> Definition:
    """Return what a study.yml says.

    Raises:
        DefinitionError: it is no YAML, or a part of it is wrong.
    """
    try:
        known: Any = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise DefinitionError(f"not YAML: {error}") from None
    if not isinstance(known, dict):
        raise DefinitionError("start it with `study: <name>`")
    try:
        return Definition.model_validate(known)
    except ValidationError as error:
        said = [
            f"{'.'.join(str(part) for part in item['loc'])}: {item['msg']}"
            for item in error.errors(include_url=False, include_context=False)
        ]
        raise DefinitionError("; ".join(said)) from None

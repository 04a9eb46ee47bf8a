"""The grammar of a named set in one's own sources: what goes in, and which copy is taken.

`sets/examples/every_key.yml` shows every key with a comment. Sets that are shipped are rows of the
seed `conversations_sets`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from ingestion.landing.declarations import Declared, Grammar
from ingestion.tables.grammar import Strict, as_tuple

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
POLICIES = ("highest_quality", "first", "newest", "keep_all")


def _some(kind: object) -> object:
    return Annotated[tuple[kind, ...], BeforeValidator(as_tuple)]  # type: ignore[valid-type]


Texts = _some(str)
Tiers = _some(Literal["open", "restricted", "private"])
Flags = _some(
    Literal["crisis", "crisis_without_support", "damaged", "personal_data", "refusal", "toxic"]
)
Kinds = _some(Literal["email", "phone", "card", "ip"])


class NamedSet(Strict):
    """One named set."""

    set: Name
    description: str = ""
    datasets: Texts = ()  # type: ignore[valid-type]  # none: all
    sets: Texts = ()  # type: ignore[valid-type]  # a merge of these
    tiers: Tiers = ("open",)  # type: ignore[valid-type]
    min_grade: Literal["any", "keep", "premium"] = "keep"
    languages: Texts = ()  # type: ignore[valid-type]  # none: all
    policy: Literal["highest_quality", "first", "newest", "keep_all"] = "highest_quality"
    train_share: float = Field(default=0.9, ge=0, le=1)
    validation_share: float = Field(default=0.05, ge=0, le=1)
    labels: Literal["good", "any", "labelled"] = "good"
    refused_flags: Flags = ()  # type: ignore[valid-type]
    mask: Kinds = ()  # type: ignore[valid-type]

    @model_validator(mode="after")
    def _sound(self) -> NamedSet:
        if self.datasets and self.sets:
            raise ValueError("give `datasets` or `sets`, not both")
        if self.train_share + self.validation_share > 1:
            raise ValueError("`train_share` and `validation_share` are more than 1 together")
        return self


GRAMMAR = Grammar("set", NamedSet, Path(__file__).parent / "sets")


def merges() -> Path:
    """Return the folder of the lake that sets made by `make merge` lie in."""
    from ingestion.lakehouse.lake import lake

    return lake().uploads / "sets"


def declared_sets() -> dict[str, Declared]:
    """Return every set that is declared in YAML, by name.

    Raises:
        DeclarationError: a file does not follow the grammar, or a name is taken twice.
    """
    found = GRAMMAR.read_all()
    for path in sorted(merges().glob("*.yml")):
        GRAMMAR.add(found, path, None)
    return found

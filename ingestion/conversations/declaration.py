"""The grammar of a declared dataset: what a YAML entry may say, and what it means.

`datasets/examples/every_key.yml` shows every key with a comment.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator, model_validator

from ingestion.conversations.formats import Wishes
from ingestion.landing.declarations import Grammar
from ingestion.tables.grammar import Encoding, RowsDeclaration, Strict, Texts

SHIPPED = Path(__file__).parent / "datasets"
Format = Literal[
    "auto", "chatml", "messages", "alpaca", "vicuna", "sharegpt", "qa", "prompt_response",
    "preference",
]  # fmt: skip


class Columns(Strict):
    """Which columns make a conversation; several are joined, an empty line between them."""

    question: Texts = ()
    answer: Texts = ()
    system: str | None = None
    created_at: str | None = None

    @model_validator(mode="after")
    def _both(self) -> Columns:
        if bool(self.question) != bool(self.answer):
            raise ValueError("give both `question` and `answer`, or neither")
        return self


class Dataset(RowsDeclaration):
    """One dataset of conversations."""

    dataset: str = Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)
    name: str = ""
    # file, folder, glob, s3://, https://, hf://owner/name, kaggle://owner/slug
    location: Texts = Field(min_length=1)
    exclude: Texts = ()
    config: str | None = None  # of a Hugging Face dataset
    split: str | None = None
    revision: str = "main"
    format: Format = "auto"
    license: str = "unknown"
    columns: Columns = Columns()
    roles: dict[str, Literal["system", "user", "assistant", "tool"]] = {}
    html: Literal["auto", "always", "never"] = "auto"
    encoding: Encoding = "utf-8"
    delimiter: str | None = Field(default=None, max_length=1)  # of CSV; None: by the header
    sha256: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")  # of one https file

    @field_validator("location")
    @classmethod
    def _known_scheme(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for place in value:
            scheme = re.match(r"^([a-z0-9+]+)://", place)
            if scheme and scheme.group(1) not in ("s3", "https", "http", "hf", "kaggle"):
                raise ValueError(
                    f"{place!r}: a location is a path, s3://, https://, hf:// or kaggle://"
                )
        return value

    @property
    def wishes(self) -> Wishes:
        """What the declaration says about each record."""
        return Wishes(
            format=None if self.format == "auto" else self.format,
            question=self.columns.question,
            answer=self.columns.answer,
            system=self.columns.system,
            created_at=self.columns.created_at,
            roles=tuple(self.roles.items()),
            html=self.html,
            zone=self.zone,
            since=self.since,
        )


GRAMMAR = Grammar("dataset", Dataset, SHIPPED)

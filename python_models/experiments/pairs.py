"""What a judge answers who is shown two texts: which is better, or that neither is."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class PairVerdict(BaseModel):
    """A judge's choice between the text shown first (A) and the one shown second (B), and why."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[str, Field(description="why, in two or three sentences")]
    winner: Annotated[
        Literal["A", "B", "tie"],
        Field(description="A where the first text is better, B where the second is, or tie"),
    ]

"""The steps the tests of the LLM door ask, and the rows they ask about."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
from pydantic import BaseModel, Field

from python_models.llm import Step

PROMPTS = Path(__file__).parent / "prompts"


class Verdict(BaseModel):
    """What the test steps answer."""

    summary: str
    severity: Literal["low", "high"]
    score: int = Field(ge=1, le=5)
    ids: list[str]


SINGLE = Step("tests_verdict", PROMPTS / "verdict.jinja", Verdict, key=("machine",))
GROUPED = Step(
    "tests_verdict", PROMPTS / "verdicts.jinja", Verdict, key=("machine",), batch_size=10
)
TEXT = Step("tests_note", PROMPTS / "note.jinja", None, key=("machine",))
TOLERANT = replace(SINGLE, error_tolerance=1.0)


def machines(count: int, **more: list[Any]) -> pa.Table:
    """Return rows, one for each machine."""
    names = [f"m-{number:05d}" for number in range(count)]
    notes = [f"The pump of {name} hums. It is warm." for name in names]
    return pa.table({"machine": names, "note": notes} | more)


def statuses(table: pa.Table) -> set[str]:
    """Return the states the rows are in."""
    return set(table.column("status").to_pylist())

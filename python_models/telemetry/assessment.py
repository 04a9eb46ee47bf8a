"""The assessment of one control's day: what was not normal, why, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from python_models.llm.step import Step

Severity = Literal["low", "medium", "high", "critical"]


class Assessment(BaseModel):
    """What an engineer reads first in the morning about one control."""

    model_config = ConfigDict(extra="forbid")

    summary: str = Field(min_length=20, max_length=1500)
    severity: Severity
    likely_cause: str = Field(min_length=5, max_length=800)
    recommended_action: str = Field(min_length=5, max_length=800)
    confidence: float = Field(ge=0, le=1)
    cited_cycle_ids: list[str] = Field(min_length=1, max_length=20)


def cited_cycles_exist(answer: Assessment, row: Mapping[str, Any]) -> None:
    """Refuse an answer that cites a cycle the evidence does not hold.

    Raises:
        ValueError: names the cycles that do not exist.
    """
    known = set(row["known_cycle_ids"])
    unknown = [cycle_id for cycle_id in answer.cited_cycle_ids if cycle_id not in known]
    if unknown:
        raise ValueError(
            f"cited_cycle_ids: {', '.join(unknown[:5])} not in the evidence; "
            "cite only cycle ids that stand there"
        )


STEP = Step(
    name="telemetry_assessment",
    template=Path(__file__).parent / "prompts" / "assessment.jinja",
    answer=Assessment,
    key=("control_id", "assessment_date"),
    check=cited_cycles_exist,
    priority="worst_severity_rank",
)

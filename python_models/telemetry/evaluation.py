"""The second opinion: does an assessment say what its evidence says, all of it, and usefully?"""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from python_models.llm.step import Step

Score = Field(ge=1, le=5)


class Evaluation(BaseModel):
    """Scores from 1 (useless) to 5 (nothing to add), with the reason for the lowest of them."""

    model_config = ConfigDict(extra="forbid")

    faithfulness: int = Score
    completeness: int = Score
    actionability: int = Score
    reason: str = Field(min_length=5, max_length=1500)


STEP = Step(
    name="telemetry_evaluation",
    template=Path(__file__).parent / "prompts" / "evaluation.jinja",
    answer=Evaluation,
    key=("control_id", "assessment_date"),
)

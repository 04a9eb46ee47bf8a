"""The third look at a conversation: a judge's scores, and verdicts on disorders it names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field

from python_models.llm.run import run_step
from python_models.llm.step import Step

Score = Field(ge=1, le=5)


class DisorderVerdict(BaseModel):
    """Whether what a conversation says of one disorder agrees with its reference."""

    model_config = ConfigDict(extra="forbid")

    disorder: str = Field(min_length=2, max_length=120)
    is_accurate: bool
    explanation: str = Field(min_length=5, max_length=500)


class ConversationJudgement(BaseModel):
    """Scores from 1 (unfit to learn from) to 5 (nothing to mend), with the reason."""

    model_config = ConfigDict(extra="forbid")

    coherence: int = Score
    helpfulness: int = Score
    empathy: int = Score
    safety: int = Score
    therapeutic_appropriateness: int = Score
    clinical_accuracy: int | None = Field(ge=1, le=5)
    disorders: list[DisorderVerdict] = Field(max_length=20)
    reason: str = Field(min_length=5, max_length=1500)


def every_disorder_is_judged(answer: ConversationJudgement, row: Mapping[str, Any]) -> None:
    """Refuse an answer that leaves a disorder out, adds one or contradicts itself.

    Raises:
        ValueError: names what is missing, added or contradicted.
    """
    wanted = set(row["disorder_names"] or ())
    given = [verdict.disorder for verdict in answer.disorders]
    if missing := sorted(wanted - set(given)):
        raise ValueError(f"disorders: no verdict on {', '.join(missing)}; give one for each")
    if added := sorted(set(given) - wanted):
        raise ValueError(
            f"disorders: {', '.join(added)} is not among the references; judge those only"
        )
    if len(given) != len(set(given)):
        raise ValueError("disorders: one verdict for each disorder, not several")
    if wanted and answer.clinical_accuracy is None:
        raise ValueError("clinical_accuracy: a number is needed where a disorder is named")
    wrong = [verdict.disorder for verdict in answer.disorders if not verdict.is_accurate]
    if wrong and (answer.clinical_accuracy or 0) > 3:
        raise ValueError(
            f"clinical_accuracy: at most 3 where what is said of {wrong[0]} is not accurate"
        )


STEP = Step(
    name="conversations_judgement",
    template=Path(__file__).parent / "prompts" / "judgement.jinja",
    answer=ConversationJudgement,
    key=("conversation_id",),
    check=every_disorder_is_judged,
    priority="priority",
)


def judged(queued: pa.Table, budget_usd: float) -> pa.Table:
    """Return what the judge says of conversations outside a run; answers there are cost nothing.

    Args:
        queued: what it is shown.
        budget_usd: most that it may cost, besides what the settings allow.

    Raises:
        StepFailed: the endpoint refuses, or the journal cannot be written. An answer that is of no
            use is none: its row says why.
    """
    step = replace(STEP, max_usd=budget_usd, error_tolerance=1.0)
    with duckdb.connect() as session:
        return run_step(session, queued, step, node="validation_request")

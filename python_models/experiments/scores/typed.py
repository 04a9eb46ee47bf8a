"""`json`: a judge's typed answer, its reason first and then its score on the template's scale."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, create_model

from python_models.experiments.scores.answer import Parsed, Scale, ScoreError


def _number(value: Any) -> Any:
    """Refuse what Python, but no judge, takes for a number.

    Raises:
        ValueError: it is true or false, or a text.
    """
    if isinstance(value, bool | str):
        raise ValueError("the score is to be a number, neither a text nor true or false")
    return value


@cache
def answer_type(scale: Scale) -> type[BaseModel]:
    """Return the type a judge answers in: a reason, and a score within a scale."""
    low, high = scale
    bounded = Annotated[
        float,
        Field(
            ge=low,
            le=high,
            allow_inf_nan=False,
            description=f"the score of the whole, from {low:g} to {high:g}",
        ),
        BeforeValidator(_number),
    ]
    reason = Annotated[str, Field(description="why, in two or three sentences")]
    return create_model(
        "Verdict",
        __config__=ConfigDict(extra="forbid"),
        __doc__="A judge's score, and why.",
        reason=(reason, ...),
        score=(bounded, ...),
    )


def read_typed(text: str, scale: Scale) -> Parsed | ScoreError:
    """Return the score of a typed answer, or why it is none."""
    try:
        found = answer_type(scale).model_validate_json(text)
    except ValidationError as problem:
        first = problem.errors(include_url=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the answer"
        is_beyond = first["type"] in ("greater_than_equal", "less_than_equal")
        detail = f"{where}: {first['msg']}"
        return ScoreError("out_of_range" if is_beyond else "none", detail)
    score: float = found.model_dump()["score"]
    return Parsed(score, score, "number", f"{score:g}")

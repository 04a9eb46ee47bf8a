"""Endpoints of telemetry: issues, what was written about a control, the curve of a cycle."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path
from fastapi.responses import Response

from dashboards.api import formats
from dashboards.api.listing import (
    ERRORS,
    Listing,
    Name,
    OfPage,
    OnLongPage,
    OnPage,
    Record,
    listing,
    record,
)
from dashboards.api.releases import OfRelease
from dashboards.api.tiers import Untiered

router = APIRouter(prefix="/telemetry", tags=["telemetry"])

_ISSUES = """
select *
from telemetry.issues
where
    ($control::varchar is null or control_id = $control)
    and ($rule::varchar is null or rule = $rule)
    and ($severity::varchar is null or severity = $severity)
order by issue_date desc, issue_id
"""
_ASSESSMENT = """
select
    assessments.*,
    evaluations.faithfulness,
    evaluations.completeness,
    evaluations.actionability,
    evaluations.is_passed
from telemetry.assessments
left join telemetry.assessment_evaluations as evaluations
    on assessments.call_id = evaluations.assessment_call_id
where assessments.control_id = $control
order by assessments.assessment_date desc
limit 1
"""
_CURVE = """
select stage, point, relative_time, power_w, temperature_c, started_at
from telemetry.stage_curves
where control_id = $control and cycle_id = $cycle
order by started_at, stage, point
"""
_CYCLE = """
select * from telemetry.cycles where control_id = $control and cycle_id = $cycle
"""
_CYCLES = """
select *
from telemetry.cycles
where control_id = $control
order by started_at desc, cycle_id
"""
Control = Annotated[str, Path(max_length=300)]


@router.get("/issues", response_model=Listing, responses=ERRORS)
def issues(
    release: OfPage,
    asked: OnPage,
    _: Untiered,
    control: Name = None,
    rule: Name = None,
    severity: Literal["low", "medium", "high", "critical"] | None = None,
) -> Response:
    """List issues, the newest first."""
    return listing(release, _ISSUES, asked, control=control, rule=rule, severity=severity)


@router.get("/controls/{control}/assessment", response_model=Record, responses=ERRORS)
def assessment(release: OfRelease, _: Untiered, control: Control) -> Response:
    """Give what was written last about a control, and how it was judged."""
    found = record(release, f"assessment of {control!r}", _ASSESSMENT, control=control)
    return formats.document({"release_id": release.number, "record": found})


@router.get("/controls/{control}/cycles", response_model=Listing, responses=ERRORS)
def cycles(
    release: OfPage,
    asked: OnPage,
    _: Untiered,
    control: Control,
) -> Response:
    """List a control's cycles, the newest first."""
    return listing(release, _CYCLES, asked, control=control)


@router.get(
    "/controls/{control}/cycles/{cycle:path}/curve", response_model=Listing, responses=ERRORS
)
def curve(
    release: OfPage,
    asked: OnLongPage,
    _: Untiered,
    control: Control,
    cycle: Annotated[str, Path(max_length=300)],
) -> Response:
    """Give power (W) and temperature (degrees C) of a cycle, stage by stage."""
    record(release, f"cycle {cycle!r} of {control!r}", _CYCLE, control=control, cycle=cycle)
    return listing(release, _CURVE, asked, control=control, cycle=cycle)

"""Endpoints of experiments: cohorts, scores, where a generation comes from."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import Response

from dashboards.api import formats
from dashboards.api.listing import ERRORS, Listing, Name, OfPage, OnPage, Record, listing, record
from dashboards.api.releases import OfRelease
from dashboards.api.tiers import Untiered

router = APIRouter(prefix="/experiments", tags=["experiments"])

_COHORTS = "select * from experiments.cohorts order by created_at desc, cohort_id"
_SCORES = """
select *
from experiments.scores
where
    $cohort::varchar is null
    or gen_id in (select gen_id from experiments.membership where cohort_id = $cohort)
order by gen_id
"""
_GENERATION = "select * from experiments.generations where gen_id = $gen"
_PARENTS = """
with recursive lineage as (
    select generations.*, 0 as distance from experiments.generations where gen_id = $gen
    union all
    select parents.*, lineage.distance + 1 as distance
    from experiments.generations as parents
    inner join lineage on parents.gen_id = lineage.parent_gen_id
    where lineage.distance < 10
)

select * from lineage order by distance
"""
_CHILDREN = """
select gen_id, stage, status, model_id, template_id, replicate
from experiments.generations
where parent_gen_id = $gen
order by gen_id
"""


@router.get("/cohorts", response_model=Listing, responses=ERRORS)
def cohorts(
    release: OfPage,
    asked: OnPage,
    _: Untiered,
) -> Response:
    """List cohorts, the newest first."""
    return listing(release, _COHORTS, asked)


@router.get("/scores", response_model=Listing, responses=ERRORS)
def scores(
    release: OfPage,
    asked: OnPage,
    _: Untiered,
    cohort: Name = None,
) -> Response:
    """List scores, of a cohort when it is named."""
    return listing(release, _SCORES, asked, cohort=cohort)


@router.get("/generations/{generation}", response_model=Record, responses=ERRORS)
def lineage(
    release: OfRelease, _: Untiered, generation: Annotated[str, Path(max_length=300)]
) -> Response:
    """Give a generation, what it was made of (its parents, nearest first) and what of it."""
    found = record(release, f"generation {generation!r}", _GENERATION, gen=generation)
    more = {
        "parents": release.dicts(_PARENTS, gen=generation)[1:],
        "children": release.dicts(_CHILDREN, gen=generation),
    }
    return formats.document({"release_id": release.number, "record": found | more})

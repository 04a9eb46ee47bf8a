"""Endpoints of experiments: cohorts, scores, where a generation comes from."""

from __future__ import annotations

from typing import Annotated, Any

import duckdb
from fastapi import APIRouter, Path
from fastapi.responses import Response

from dashboards.api import formats
from dashboards.api.listing import ERRORS, Listing, Name, OfPage, OnPage, Record, listing, record
from dashboards.api.releases import OfRelease, Release
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
# what a judge said of two essays: a generation too, in a table of its own
_COMPARISON = "select 'comparison' as stage, * from experiments.pair_verdicts where gen_id = $gen"
_PARENTS = """
with recursive lineage as (
    select generations.*, 0 as distance
    from experiments.generations
    where list_contains($gens::varchar[], gen_id)
    union all
    select parents.*, lineage.distance + 1 as distance
    from experiments.generations as parents
    inner join lineage on parents.gen_id = lineage.parent_gen_id
    where lineage.distance < 10
)

select * from lineage where distance > 0 or $with_first order by distance, gen_id
"""
_CHILDREN = """
select gen_id, stage, status, model_id, template_id, replicate
from experiments.generations
where parent_gen_id = $gen
order by gen_id
"""
_COMPARED = """
select gen_id, 'comparison' as stage, status, model_id, template_id, verdict, chosen_gen_id
from experiments.pair_verdicts
where $gen in (first_gen_id, second_gen_id)
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
    """Give a generation, what it was made of (its parents, nearest first) and what of it.

    What a judge said of a pair is a generation too: its parents are both essays and their drafts.
    """
    what = f"generation {generation!r}"
    pair = _of_pairs(release, _COMPARISON, generation)
    found = pair[0] if pair else record(release, what, _GENERATION, gen=generation)
    gens = [found["first_gen_id"], found["second_gen_id"]] if pair else [generation]
    more = {
        "parents": release.dicts(_PARENTS, gens=gens, with_first=bool(pair)),
        "children": release.dicts(_CHILDREN, gen=generation)
        + _of_pairs(release, _COMPARED, generation),
    }
    return formats.document({"release_id": release.number, "record": found | more})


def _of_pairs(release: Release, query: str, generation: str) -> list[dict[str, Any]]:
    """Return rows about pairs; none of a release from before them."""
    try:
        return release.dicts(query, gen=generation)
    except duckdb.CatalogException:
        return []

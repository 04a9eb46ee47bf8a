"""Endpoints of conversations: datasets, their records, quality and its history."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path
from fastapi.responses import Response
from pydantic import BaseModel

from dashboards.api import formats
from dashboards.api.listing import ERRORS, Limit, Listing, Name, Offset, Record, listing, record
from dashboards.api.releases import OfRelease
from dashboards.api.security import Reader
from dashboards.conversations import (
    loads_api,
    production_api,
    sets_api,
    standardize_api,
    uploads_api,
)

router = APIRouter()
for _part in (uploads_api, loads_api, standardize_api, sets_api, production_api):
    router.include_router(_part.router)

# a dataset of a tier that the key lacks is none: not listed, not found
_DATASETS = """
select *
from conversations.datasets
where
    list_contains($tiers::varchar[], tier)
    and ($status::varchar is null or status = $status)
    and ($tier::varchar is null or tier = $tier)
    and ($name::varchar is null or contains(lower(name), lower($name)))
order by dataset_id
"""
_DATASET = """
select *
from conversations.datasets
where dataset_id = $dataset and list_contains($tiers::varchar[], tier)
"""
_RECORDS = """
select
    conversations.*,
    (
        select list({'turn': turn, 'role': role, 'content': content} order by turn)
        from conversations.messages
        where messages.conversation_id = conversations.conversation_id
    ) as turns
from conversations.conversations
where
    conversations.dataset_id = $dataset
    and ($status::varchar is null or conversations.status = $status)
order by conversations.record_id
"""
_QUALITY = """
select
    grade,
    count(*) as conversation_count,
    avg(score) as mean_score,
    quantile_cont(score, 0.1) as p10_score,
    quantile_cont(score, 0.5) as p50_score,
    quantile_cont(score, 0.9) as p90_score
from conversations.quality
group by grade
order by grade
"""
_HISTORY = """
select * from conversations.quality_history order by measured_at, dataset_id
"""
Dataset = Annotated[str, Path(max_length=300)]


class Quality(BaseModel):
    """How good conversations are, and how that changed from release to release."""

    release_id: int
    grades: list[dict[str, Any]]
    history: list[dict[str, Any]]


@router.get("/datasets", response_model=Listing, responses=ERRORS, tags=["datasets"])
def datasets(
    release: OfRelease,
    caller: Reader,
    name: Name = None,
    status: Name = None,
    tier: Name = None,
    limit: Limit = 100,
    offset: Offset = 0,
) -> Response:
    """List the datasets of the key's tiers."""
    return listing(
        release, _DATASETS, limit, offset,
        tiers=sorted(caller.tiers), name=name, status=status, tier=tier,
    )  # fmt: skip


@router.get("/datasets/{dataset}", response_model=Record, responses=ERRORS, tags=["datasets"])
def dataset(release: OfRelease, caller: Reader, dataset: Dataset) -> Response:
    """Give one dataset."""
    found = record(
        release, f"dataset {dataset!r}", _DATASET, dataset=dataset, tiers=sorted(caller.tiers)
    )
    return formats.document({"release_id": release.number, "record": found})


@router.get(
    "/datasets/{dataset}/records", response_model=Listing, responses=ERRORS, tags=["datasets"]
)
def records(
    release: OfRelease,
    caller: Reader,
    dataset: Dataset,
    status: Name = None,
    limit: Limit = 100,
    offset: Offset = 0,
) -> Response:
    """List the records of a dataset with their turns, and what became of each."""
    record(release, f"dataset {dataset!r}", _DATASET, dataset=dataset, tiers=sorted(caller.tiers))
    return listing(release, _RECORDS, limit, offset, dataset=dataset, status=status)


@router.get("/analytics/quality", response_model=Quality, responses=ERRORS, tags=["analytics"])
def quality(release: OfRelease) -> Response:
    """Give the distribution of quality by grade, and its history by release."""
    return formats.document(
        {
            "release_id": release.number,
            "grades": release.dicts(_QUALITY),
            "history": release.dicts(_HISTORY),
        }
    )

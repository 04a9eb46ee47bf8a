"""Endpoints of conversations: datasets, their records, quality and its history."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from fastapi.responses import Response
from pydantic import BaseModel

from dashboards.api import formats
from dashboards.api.listing import (
    ERRORS,
    Listing,
    Name,
    OfPage,
    OnPage,
    Record,
    listed,
    listing,
    record,
)
from dashboards.api.releases import OfRelease
from dashboards.api.security import Reader
from dashboards.conversations import (
    files_api,
    loads_api,
    production_api,
    sets_api,
    standardize_api,
    uploads_api,
    validate_api,
)
from dashboards.conversations.waiting_api import Landing, NotLanded, told

router = APIRouter()
for _part in (
    uploads_api,
    loads_api,
    standardize_api,
    files_api,
    validate_api,
    sets_api,
    production_api,
):
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
    and ($source::varchar is null or contains(lower(location), lower($source)))
    and (
        $format::varchar is null
        or dataset_id in (
            select dataset_id from conversations.conversations where format = $format
        )
    )
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


class Datasets(Listing):
    """Datasets of a release, and those that were handed over and wait for the next run."""

    waiting: list[Landing]


class Quality(BaseModel):
    """How good conversations are, and how that changed from release to release."""

    release_id: int
    grades: list[dict[str, Any]]
    history: list[dict[str, Any]]


@router.get("/datasets", response_model=Datasets, responses=ERRORS, tags=["datasets"])
def datasets(
    waiting: NotLanded,
    release: OfPage,
    asked: OnPage,
    caller: Reader,
    name: Name = None,
    status: Name = None,
    tier: Name = None,
    source: Annotated[str | None, Query(max_length=300, description="Part of its location")] = None,
    format: Annotated[str | None, Query(max_length=60, description="Of its records")] = None,
) -> Response:
    """List the datasets of the key's tiers: on the first page also those that wait for a run."""
    found = listed(
        release, _DATASETS, asked, tiers=sorted(caller.tiers), name=name, status=status,
        tier=tier, source=source, format=format,
    )  # fmt: skip
    known = release.dicts("select dataset_id from conversations.datasets")
    landed = {row["dataset_id"] for row in known}
    kept = [
        told(one)
        for one in waiting
        if one.dataset not in landed
        and (not name or name.lower() in one.name.lower())
        and (not tier or tier == one.tier)
        and status in (None, "kept")
        and not (source or format)
    ]
    return formats.document(found | {"waiting": [] if asked.start else kept})


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
    release: OfPage,
    asked: OnPage,
    caller: Reader,
    dataset: Dataset,
    status: Name = None,
) -> Response:
    """List the records of a dataset with their turns, and what became of each."""
    record(release, f"dataset {dataset!r}", _DATASET, dataset=dataset, tiers=sorted(caller.tiers))
    return listing(release, _RECORDS, asked, dataset=dataset, status=status)


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

"""Endpoints of news: the report of a day, its funnel, why an article is not in it, ratings."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Depends, Path, Query
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from dashboards.api import formats
from dashboards.api.idempotency import OnlyOnce
from dashboards.api.keys import Caller
from dashboards.api.listing import ERRORS, Listing, OfPage, OnPage, listing, record
from dashboards.api.problems import documented
from dashboards.api.releases import OfRelease, Release
from dashboards.api.security import may
from dashboards.api.tiers import Untiered
from dashboards.news import queries
from dashboards.news.why_not import verdict
from ingestion.lakehouse import journal
from ingestion.news import feedback

router = APIRouter(prefix="/news", tags=["news"])
_LIST = """
select run_id, report, as_of, title, item_count, missing_because
from news.reports
order by as_of desc, run_id desc
"""
_REPORT = "select * from news.reports where run_id = $run"
_OF_DAY = """
select *
from news.reports
where as_of >= $day::date and as_of < $day::date + interval 1 day
order by as_of desc, run_id desc
limit 1
"""
_ARTICLE = "select article_id from news.articles where article_id = $article"
RunId = Annotated[str, Path(max_length=100)]
Writer = Annotated[Caller, Depends(may("write"))]


class Report(BaseModel):
    """A report with its items and the sentences that explain them."""

    release_id: int
    report: dict[str, Any]
    items: list[dict[str, Any]]
    sentences: list[dict[str, Any]]


class Verdict(BaseModel):
    """How far an article came, and why no further."""

    article_id: str
    story_id: str | None
    title: str | None
    url: str | None
    phase: str
    reason: str
    scores: dict[str, float | None]


class Verdicts(BaseModel):
    """The articles of a run that were meant."""

    release_id: int
    articles: list[Verdict]


class Rating(BaseModel):
    """A person's word on an article."""

    model_config = ConfigDict(extra="forbid")

    rating: Literal["up", "down"]
    note: str | None = Field(default=None, max_length=1_000)


class Rated(BaseModel):
    """A rating that is kept; the next run of news counts it."""

    article_id: str
    rating: str
    rated_at: datetime


@router.get("/reports", response_model=Listing, responses=ERRORS)
def reports(
    release: OfPage,
    asked: OnPage,
    _: Untiered,
) -> Response:
    """List the reports, the newest first."""
    return listing(release, _LIST, asked)


@router.get("/reports/{run_id}", response_model=Report, responses=ERRORS)
def report(release: OfRelease, _: Untiered, run_id: RunId) -> Response:
    """Give the report of a run, with its items."""
    return _told(release, record(release, f"report {run_id!r}", _REPORT, run=run_id))


@router.get("/days/{day}", response_model=Report, responses=ERRORS)
def report_of_day(release: OfRelease, _: Untiered, day: date) -> Response:
    """Give the last report of a day (UTC), with its items."""
    return _told(release, record(release, f"report of {day}", _OF_DAY, day=day))


@router.get("/reports/{run_id}/funnel", response_model=Listing, responses=ERRORS)
def funnel(
    release: OfPage,
    asked: OnPage,
    _: Untiered,
    run_id: RunId,
) -> Response:
    """List the phases of a run: how many came in and went on, and what became of the others."""
    return listing(release, queries.FUNNEL, asked, run=run_id)


@router.get("/reports/{run_id}/why", response_model=Verdicts, responses=ERRORS)
def why(
    release: OfRelease,
    _: Untiered,
    run_id: RunId,
    text: Annotated[
        str, Query(min_length=1, max_length=300, description="Of a title or address, or an id")
    ],
) -> Response:
    """Say of up to 30 articles how far they came in a run, and why they fell out."""
    record(release, f"report {run_id!r}", _REPORT, run=run_id)
    found = release.dicts(queries.FOUND, run=run_id, text=text)
    invalid = {row["story_id"]: row for row in release.dicts(queries.INVALID, run=run_id)}
    told = [_verdict(row, invalid.get(row["story_id"])) for row in found]
    return formats.document({"release_id": release.number, "articles": told})


@router.post(
    "/{item}/rating", status_code=201, response_model=Rated, responses=ERRORS | documented(400, 409)
)
def rating(
    release: OfRelease,
    caller: Writer,
    once: OnlyOnce,
    item: Annotated[str, Path(max_length=100, description="The article's id")],
    sent: Annotated[Rating, Body()],
) -> Response:
    """Keep a word on an article, in the name of the key."""

    def make() -> Response:
        record(release, f"article {item!r}", _ARTICLE, article=item)
        at = feedback.rate(item, sent.rating, caller.name, sent.note)
        told = {"article_id": item, "rating": sent.rating, "rated_at": at}
        answer = formats.document(told, 201)
        with journal.journal() as connection:
            once.keep(connection, answer)
        return answer

    return once.answer(sent, make)


def _told(release: Release, found: dict[str, Any]) -> Response:
    run = found["run_id"]
    return formats.document(
        {
            "release_id": release.number,
            "report": found,
            "items": release.dicts(queries.ITEMS, run=run),
            "sentences": release.dicts(queries.SENTENCES, run=run),
        }
    )


def _verdict(row: dict[str, Any], invalid: dict[str, Any] | None) -> dict[str, Any]:
    phase, reason = verdict(row, invalid)
    scores = ("score", "relevance", "impact", "novelty", "credibility", "timeliness")
    return {
        **{name: row[name] for name in ("article_id", "story_id", "title", "url")},
        "phase": phase,
        "reason": reason,
        "scores": {name: row[name] for name in (*scores, "weighted_score")},
    }

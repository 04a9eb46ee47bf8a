"""Endpoints of knowledge: search, a document with its facts, the graph round a thing, answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

import duckdb
from fastapi import APIRouter, Body, Depends, Path, Query
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from dashboards.api import formats
from dashboards.api.keys import Caller
from dashboards.api.listing import ERRORS, Listing, OfPage, OnPage, listing, record
from dashboards.api.problems import Problem, documented
from dashboards.api.releases import OfRelease, Release
from dashboards.api.security import Reader, may
from python_models.knowledge.answering import answered
from python_models.knowledge.ask import document as answer_document
from python_models.knowledge.search.find import NO_CORPUS, NotSearchable, asking, search
from python_models.knowledge.search.hits import Filters, Hit
from python_models.llm.step import StepFailed

router = APIRouter(prefix="/knowledge", tags=["knowledge"])
_DOCUMENT = """
select *
from knowledge.documents
where
    object_id = $object
    and ($version::varchar is null or version = $version)
    and list_contains($tiers::varchar[], tier)
order by is_current desc, updated_at desc, version
limit 1
"""
_VERSIONS = """
select version, known_from, known_to
from knowledge.corpus_members
where object_id = $object
order by known_from, version
"""
_FACTS = """
select fact_id, subject_name, predicate, coalesce(object_name, value) as object, polarity,
    evidence_start, evidence_end, field, valid_from
from knowledge.facts
where object_id = $object and version = $version
order by evidence_start, fact_id
"""
_NEIGHBOURS = "select * from knowledge.neighbours($entity, depth := $depth, as_of := $as_of)"
_TIMELINE = "select * from knowledge.timeline($entity)"
_WHY = "select * from knowledge.why($edge)"
Entity = Annotated[str, Path(max_length=300, description="An id, a name, or a strong id")]
Question = Annotated[str, Query(min_length=1, max_length=1_000)]
Asker = Annotated[Caller, Depends(may("spend"))]


class Passages(BaseModel):
    """Passages that answer a question, the best first; spans are code points of the document."""

    release_id: int
    question: str
    hits: list[dict[str, Any]]


class Document(BaseModel):
    """A version of a document, when it was in force, and what it says."""

    release_id: int
    document: dict[str, Any]
    versions: list[dict[str, Any]]
    facts: list[dict[str, Any]]


class Asked(BaseModel):
    """A question, and what is searched for it."""

    model_config = ConfigDict(extra="forbid")

    question: str = Field(min_length=1, max_length=1_000)
    k: int = Field(default=8, ge=1, le=50)
    source: str | None = Field(default=None, max_length=100)
    since: datetime | None = None
    until: datetime | None = None
    as_of: datetime | None = None


class Answer(BaseModel):
    """An answer whose sentences cite the words they rest on, and the passages it was made of."""

    release_id: int
    question: str
    hits: list[dict[str, Any]]
    answer: str
    sentences: list[dict[str, Any]]
    status: str
    error: str | None
    call_id: str | None
    model: str | None
    cost_usd: float | None


@router.get("/search", response_model=Passages, responses=ERRORS)
def find(
    release: OfRelease,
    caller: Reader,
    q: Question,
    k: Annotated[int, Query(ge=1, le=50)] = 10,
    source: Annotated[str | None, Query(max_length=100)] = None,
    since: datetime | None = None,
    until: datetime | None = None,
    as_of: datetime | None = None,
) -> Response:
    """Find the passages that answer a question, among documents the key may see.

    With `as_of` (UTC where it names no zone), among the versions in force as was known then.
    """
    filters = Filters(source=source, since=since, until=until, as_of=as_of)
    return formats.document(passages(release, caller, q, k, filters))


@router.get("/documents/{object_id}", response_model=Document, responses=ERRORS)
def document(
    release: OfRelease,
    caller: Reader,
    object_id: Annotated[str, Path(max_length=100)],
    version: Annotated[str | None, Query(max_length=100)] = None,
) -> Response:
    """Give a document (by default the version in force), its other versions and its facts."""
    _searchable(release)
    found = record(
        release, f"document {object_id!r}", _DOCUMENT, object=object_id, version=version,
        tiers=sorted(caller.tiers),
    )  # fmt: skip
    return formats.document(
        {
            "release_id": release.number,
            "document": found,
            "versions": release.dicts(_VERSIONS, object=object_id),
            "facts": release.dicts(_FACTS, object=object_id, version=found["version"]),
        }
    )


@router.get("/entities/{entity}/neighbours", response_model=Listing, responses=ERRORS)
def neighbours(
    release: OfPage,
    asked: OnPage,
    entity: Entity,
    depth: Annotated[int, Query(ge=1, le=4)] = 1,
    as_of: datetime | None = None,
) -> Response:
    """List what lies within some edges of a thing, as it holds at a time."""
    _searchable(release)
    return listing(release, _NEIGHBOURS, asked, entity=entity, depth=depth, as_of=as_of)


@router.get("/entities/{entity}/timeline", response_model=Listing, responses=ERRORS)
def timeline(
    release: OfPage,
    asked: OnPage,
    entity: Entity,
) -> Response:
    """List what is known of a thing, in the order it came about."""
    _searchable(release)
    return listing(release, _TIMELINE, asked, entity=entity)


@router.get("/edges/{edge}/why", response_model=Listing, responses=ERRORS)
def why(
    release: OfPage,
    asked: OnPage,
    edge: Annotated[str, Path(max_length=100)],
) -> Response:
    """List the facts that carry an edge, each with its words, its document and its bytes."""
    _searchable(release)
    return listing(release, _WHY, asked, edge=edge)


@router.post("/ask", response_model=Answer, responses=ERRORS | documented(400, 409))
def ask(release: OfRelease, _: Reader, caller: Asker, asked: Annotated[Asked, Body()]) -> Response:
    """Answer a question from the corpus. The same question over the same passages is paid once."""
    filters = Filters(source=asked.source, since=asked.since, until=asked.until, as_of=asked.as_of)
    hits = _hits(release, caller, asked.question, asked.k, filters)
    try:
        with duckdb.connect() as session:
            answer = answered(session, asked.question, hits)
    except StepFailed as error:
        raise Problem(503, f"The model was not asked: {error}") from error
    return formats.document(
        {"release_id": release.number, **answer_document(asked.question, hits, answer)}
    )


def passages(
    release: Release, caller: Caller, question: str, k: int, filters: Filters
) -> dict[str, Any]:
    """Return what answers a question, as plain data.

    Raises:
        Problem: 404, the release holds no corpus.
    """
    hits = _hits(release, caller, question, k, filters)
    return {"release_id": release.number, **answer_document(question, hits, None)}


def _hits(release: Release, caller: Caller, question: str, k: int, filters: Filters) -> list[Hit]:
    """Return passages of the key's tiers; what it may not see is left out before the ranking."""
    mine = replace(filters, tiers=tuple(caller.tiers))
    try:
        return search(asking(release.connection), question, k, mine)
    except NotSearchable as error:
        raise Problem(404, str(error)) from error


def _searchable(release: Release) -> None:
    """Refuse a release without a corpus: its macros and tables are not there.

    Raises:
        Problem: 404, says how to make one.
    """
    known = release.dicts(
        "select 1 from duckdb_tables() where schema_name = 'knowledge' and table_name = 'documents'"
        " union all select 1 from duckdb_views() where schema_name = 'knowledge'"
        " and view_name = 'documents'"
    )
    if not known:
        raise Problem(404, NO_CORPUS)  # the words of a search: what a key hears tells nothing more

"""Released tables: which there are, what their columns mean, and their rows page by page."""

from __future__ import annotations

from typing import Annotated, Any

import duckdb
import orjson
from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel

from dashboards.api import formats
from dashboards.api.problems import Problem, documented
from dashboards.api.releases import OfRelease, Release
from dashboards.api.row_query import Asked, read_cursor, row_query, write_cursor
from dashboards.api.security import Reader
from dashboards.parts.lineage import Lineage, lineage_of

router = APIRouter(prefix="/tables", tags=["tables"])

MOST_JSON = 10_000
_TABLES = """
select
    found.schema_name,
    found.table_name as name,
    found.comment as description,
    released.rows,
    released.bytes
from (
    select schema_name, view_name as table_name, comment from duckdb_views() where not internal
    union all by name
    select schema_name, table_name, comment from duckdb_tables() where not internal
) as found
left join ops.release_tables as released
    on
        found.schema_name = released.domain
        and found.table_name = released.table_name
        and released.release_id in (select release_id from ops.releases where is_current)
where found.schema_name <> 'main'
order by found.schema_name, found.table_name
"""
_COLUMNS = """
select column_name as name, data_type as type, comment as description
from duckdb_columns()
where schema_name = $schema and table_name = $name
order by column_index
"""
_KEY = """
select key_columns
from ops.release_tables
where
    domain = $schema and table_name = $name
    and release_id in (select release_id from ops.releases where is_current)
"""


class Table(BaseModel):
    """One released table."""

    schema_name: str
    name: str
    description: str | None
    rows: int | None
    bytes: int | None


class Tables(BaseModel):
    """The tables of a release."""

    release_id: int
    tables: list[Table]


class Column(BaseModel):
    """One column of a table."""

    name: str
    type: str
    description: str | None


class Description(BaseModel):
    """What a table is."""

    release_id: int
    schema_name: str
    name: str
    description: str | None
    key: list[str]  # columns that name a row
    columns: list[Column]
    lineage: Lineage


class Rows(BaseModel):
    """A page of rows."""

    release_id: int
    rows: list[dict[str, Any]]
    next_cursor: str | None  # null: these were the last


TableName = Annotated[
    str, Path(pattern=r"^[a-z_][a-z0-9_]*\.[a-z_][a-z0-9_]*$", examples=["ops.runs"])
]


@router.get("", response_model=Tables, responses=documented(401, 403, 404, 410, 422, 429, 503))
def tables(release: OfRelease) -> Response:
    """List the tables of a release with what each row is."""
    return formats.document({"release_id": release.number, "tables": release.facts(_TABLES)})


@router.get(
    "/{table}",
    response_model=Description,
    responses=documented(401, 403, 404, 410, 422, 429, 503),
)
def describe(table: TableName, release: OfRelease) -> Response:
    """Say what a table holds: its grain, its columns, what it is made of and what is made of it."""
    return formats.document(description_of(release, table))


@router.get(
    "/{table}/rows",
    response_model=Rows,
    responses=documented(400, 401, 403, 404, 406, 410, 422, 429, 503)
    | {200: {"content": formats.CONTENT}},
)
def rows(
    request: Request,
    table: TableName,
    release: OfRelease,
    caller: Reader,
    asked: Annotated[Asked, Query()],
) -> Response:
    """Return rows of a table: filtered, ordered, page by page, in the form that is accepted.

    Pages of one release never shift: a cursor belongs to a release and goes on in it.
    """
    kind = formats.accepted(request)
    if kind == formats.JSON and asked.limit > MOST_JSON:
        raise Problem(422, f"JSON has at most {MOST_JSON} rows a page.", [("limit", "too many")])
    number, start = read_cursor(asked.cursor) if asked.cursor else (release.number, 0)
    if number != release.number:
        release = request.app.state.releases.numbered(number, caller.tier)
    schema, name = named(release, table)
    types = {one["name"]: one["type"] for one in release.facts(_COLUMNS, schema=schema, name=name)}
    query, bound = row_query(schema, name, types, key_of(release, schema, name), asked, start)
    try:
        found = release.rows(query, bound)
    except (duckdb.ConversionException, duckdb.InvalidInputException) as error:
        raise Problem(422, f"A value does not fit its column: {error}") from error
    is_last = len(found) <= asked.limit
    more = None if is_last else write_cursor(release.number, start + asked.limit)
    told = {"release_id": release.number, "next_cursor": more}
    return formats.rows(found.slice(0, asked.limit), kind, f"{schema}.{name}", told)


def list_of(release: Release) -> list[dict[str, Any]]:
    """Return the tables of a release."""
    return release.facts(_TABLES)


def description_of(release: Release, table: str) -> dict[str, Any]:
    """Return what a table holds.

    Raises:
        Problem: 404, the release has no such table.
    """
    schema, name = named(release, table)
    (found,) = [
        one for one in list_of(release) if (one["schema_name"], one["name"]) == (schema, name)
    ]
    return {
        "release_id": release.number,
        "schema_name": schema,
        "name": name,
        "description": found["description"],
        "key": key_of(release, schema, name),
        "columns": release.facts(_COLUMNS, schema=schema, name=name),
        "lineage": lineage_of(schema, name).model_dump(),
    }


def named(release: Release, table: str) -> tuple[str, str]:
    """Return schema and name of a table of a release.

    Raises:
        Problem: 404, it has no such table.
    """
    schema, _, name = table.partition(".")
    known = {(one["schema_name"], one["name"]) for one in release.facts(_TABLES)}
    if (schema, name) not in known:
        raise Problem(404, f"Release {release.number} has no table {table}; `tables` lists them.")
    return schema, name


def key_of(release: Release, schema: str, name: str) -> list[str]:
    """Return the columns that name a row of a table; none where nothing was said."""
    found = release.facts(_KEY, schema=schema, name=name)
    return orjson.loads(found[0]["key_columns"] or "[]") if found else []

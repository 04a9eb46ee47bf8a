"""Released tables: which there are, what their columns mean, and their rows page by page."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Annotated, Any

import duckdb
import orjson
from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel

from dashboards.api import formats
from dashboards.api.lineage import Lineage, lineage_of
from dashboards.api.problems import Problem, documented
from dashboards.api.releases import OfRelease, Release
from dashboards.api.tiers import AllTiers
from ingestion.lakehouse.sql_text import identifier

router = APIRouter(prefix="/tables", tags=["tables"])

MOST_JSON, MOST_ROWS = 10_000, 1_000_000
OPERATORS = {
    "eq": "{column} = {value}",
    "ne": "{column} <> {value}",
    "lt": "{column} < {value}",
    "le": "{column} <= {value}",
    "gt": "{column} > {value}",
    "ge": "{column} >= {value}",
    "contains": "contains(lower(cast({column} as varchar)), lower({value}))",
    "starts": "starts_with(cast({column} as varchar), {value})",
    "null": "({column} is null) = {value}",
}
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
    str, Path(pattern=r"^[a-z_][a-z0-9_]*\.[a-z_][a-z0-9_]*$", examples=["telemetry.issues"])
]


@router.get("", response_model=Tables, responses=documented(401, 403, 404, 410, 422, 429, 503))
def tables(release: OfRelease) -> Response:
    """List the tables of a release with what each row is."""
    return formats.document({"release_id": release.number, "tables": release.dicts(_TABLES)})


@router.get(
    "/{table}",
    response_model=Description,
    responses=documented(401, 403, 404, 410, 422, 429, 503),
)
def describe(table: TableName, release: OfRelease) -> Response:
    """Say what a table holds: its grain, its columns, what it is made of and what is made of it."""
    schema, name = named(release, table)
    (found,) = [
        one for one in release.dicts(_TABLES) if (one["schema_name"], one["name"]) == (schema, name)
    ]
    return formats.document(
        {
            "release_id": release.number,
            "schema_name": schema,
            "name": name,
            "description": found["description"],
            "key": key_of(release, schema, name),
            "columns": release.dicts(_COLUMNS, schema=schema, name=name),
            "lineage": lineage_of(schema, name).model_dump(),
        }
    )


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
    _: AllTiers,
    filter: Annotated[
        list[str] | None,
        Query(
            description="`column:operator:value`, several must all hold; operators: "
            + ", ".join(OPERATORS),
            examples=[["severity:eq:critical"]],
        ),
    ] = None,
    order: Annotated[
        str | None, Query(description="Columns, separated by commas; `-column` for descending")
    ] = None,
    columns: Annotated[str | None, Query(description="Only these, separated by commas")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_ROWS)] = 100,
    cursor: Annotated[
        str | None, Query(description="`next_cursor` of the page before", max_length=400)
    ] = None,
) -> Response:
    """Return rows of a table: filtered, ordered, page by page, in the form that is accepted.

    Pages of one release never shift: a cursor belongs to a release and goes on in it.
    """
    kind = formats.accepted(request)
    if kind == formats.JSON and limit > MOST_JSON:
        raise Problem(422, f"JSON has at most {MOST_JSON} rows a page.", [("limit", "too many")])
    if cursor:
        number, start = _read(cursor)
        if number != release.number:
            release = request.app.state.releases.numbered(number)
    else:
        start = 0
    schema, name = named(release, table)
    types = {one["name"]: one["type"] for one in release.dicts(_COLUMNS, schema=schema, name=name)}
    chosen = _columns(columns, types)
    conditions, bound = _conditions(filter or [], types)
    query = (
        f"select {', '.join(map(identifier, chosen))} from {identifier(schema)}.{identifier(name)}"
        f"{' where ' + ' and '.join(conditions) if conditions else ''}"
        f" order by {_order(order, key_of(release, schema, name), types)}"
        f" limit {int(limit) + 1} offset {int(start)}"
    )
    try:
        found = release.rows(query, bound)
    except (duckdb.ConversionException, duckdb.InvalidInputException) as error:
        raise Problem(422, f"A value does not fit its column: {error}") from error
    more = _write(release.number, start + limit) if len(found) > limit else None
    return formats.rows(
        found.slice(0, limit),
        kind,
        f"{schema}.{name}",
        {"release_id": release.number, "next_cursor": more},
    )


def named(release: Release, table: str) -> tuple[str, str]:
    """Return schema and name of a table of a release.

    Raises:
        Problem: 404, it has no such table.
    """
    schema, _, name = table.partition(".")
    known = {(one["schema_name"], one["name"]) for one in release.dicts(_TABLES)}
    if (schema, name) not in known:
        raise Problem(404, f"Release {release.number} has no table {table}; `tables` lists them.")
    return schema, name


def key_of(release: Release, schema: str, name: str) -> list[str]:
    """Return the columns that name a row of a table; none where nothing was said."""
    found = release.dicts(_KEY, schema=schema, name=name)
    return orjson.loads(found[0]["key_columns"] or "[]") if found else []


def _columns(text: str | None, types: dict[str, str]) -> list[str]:
    chosen = [one.strip() for one in (text or "").split(",") if one.strip()] or list(types)
    for one in chosen:
        _known(one, types, "columns")
    return chosen


def _known(column: str, types: dict[str, str], where: str) -> None:
    if column not in types:
        raise Problem(
            422,
            f"There is no column {column!r}; there are: {', '.join(types)}.",
            [(where, f"no column {column!r}")],
        )


def _conditions(filters: list[str], types: dict[str, str]) -> tuple[list[str], dict[str, Any]]:
    conditions, bound = [], {}
    for at, text in enumerate(filters):
        column, operator, value = (*text.split(":", 2), "", "")[:3]
        _known(column, types, f"filter.{at}")
        if operator not in OPERATORS:
            raise Problem(
                422,
                f"{operator!r} is no operator; there are: {', '.join(OPERATORS)}.",
                [(f"filter.{at}", "column:operator:value")],
            )
        kind = {"null": "boolean", "contains": "varchar", "starts": "varchar"}.get(
            operator, types[column]
        )
        bound[f"value_{at}"] = value
        text_sql = OPERATORS[operator].format(
            column=identifier(column), value=f"cast($value_{at} as {kind})"
        )
        conditions.append(text_sql)
    return conditions, bound


def _order(text: str | None, key: list[str], types: dict[str, str]) -> str:
    """Return the order of rows, made total, so that pages never overlap."""
    wanted = [one.strip() for one in (text or "").split(",") if one.strip()]
    parts, seen = [], set()
    for one in wanted:
        column = one.removeprefix("-")
        _known(column, types, "order")
        parts.append(f"{identifier(column)}{' desc' if one.startswith('-') else ''} nulls last")
        seen.add(column)
    rest = [one for one in key if one in types] or list(types)
    return ", ".join(parts + [identifier(one) for one in rest if one not in seen])


def _write(number: int, start: int) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([number, start])).decode().rstrip("=")


def _read(cursor: str) -> tuple[int, int]:
    try:
        if not re.fullmatch(r"[A-Za-z0-9_-]+", cursor):
            raise ValueError
        number, start = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not (0 <= int(number) < 2**31 and 0 <= int(start) < 2**53):
            raise ValueError
        return int(number), int(start)
    except (ValueError, TypeError, binascii.Error) as error:
        raise Problem(
            400, "This cursor is none that was given out.", [("cursor", "unknown")]
        ) from (error)

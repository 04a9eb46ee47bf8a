"""The query for a page of a table's rows: names are known columns, quoted; values are bound."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

import orjson
from pydantic import BaseModel, ConfigDict, Field

from dashboards.api.problems import Problem
from ingestion.lakehouse.sql_text import identifier

MOST_ROWS = 1_000_000
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


class Asked(BaseModel):
    """Which rows are wanted."""

    model_config = ConfigDict(extra="ignore")

    filter: list[str] = Field(
        default=[],
        description="`column:operator:value`, several must all hold; operators: "
        + ", ".join(OPERATORS),
        examples=[["status:eq:failed"]],
    )
    order: str | None = Field(
        default=None, description="Columns, separated by commas; `-column` for descending"
    )
    columns: str | None = Field(default=None, description="Only these, separated by commas")
    limit: int = Field(default=100, ge=1, le=MOST_ROWS)
    cursor: str | None = Field(
        default=None, description="`next_cursor` of the page before", max_length=400
    )


def row_query(
    schema: str, name: str, types: dict[str, str], key: list[str], asked: Asked, start: int
) -> tuple[str, dict[str, Any]]:
    """Return the query for one row more than a page, and its parameters.

    Args:
        types: {column: type} of the table.
        key: columns that name a row; they make the order total.
        start: rows to leave out first.

    Raises:
        Problem: 422, a column or operator is not known; says which there are.
    """
    chosen = _columns(asked.columns, types)
    conditions, bound = _conditions(asked.filter, types)
    query = (
        f"select {', '.join(map(identifier, chosen))} from {identifier(schema)}.{identifier(name)}"
        f"{' where ' + ' and '.join(conditions) if conditions else ''}"
        f" order by {_order(asked.order, key, types)}"
        f" limit {int(asked.limit) + 1} offset {int(start)}"
    )
    return query, bound


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


def write_cursor(number: int, start: int) -> str:
    """Return what names a place in the rows of a release."""
    return base64.urlsafe_b64encode(orjson.dumps([number, start])).decode().rstrip("=")


def read_cursor(cursor: str) -> tuple[int, int]:
    """Return release and place of a cursor.

    Raises:
        Problem: 400, none was given out so.
    """
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

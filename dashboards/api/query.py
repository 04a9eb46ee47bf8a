"""`POST query`: one SELECT over the tables of a release, in a process with limits."""

from __future__ import annotations

from typing import Annotated, Any

import duckdb
import orjson
from fastapi import APIRouter, Body
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from dashboards.api import formats
from dashboards.api.problems import Problem, documented
from dashboards.api.releases import OfRelease, Release
from python_models.release.console import Limits, QueryFailed, QueryStopped, run_select
from python_models.release.reader import StatementRefused, only_select

router = APIRouter(tags=["tables"])

MOST_ROWS = 10_000
SECONDS = 20.0
# table functions that read nothing but their arguments
_HARMLESS = {"unnest", "range", "generate_series"}
_RELATIONS = """
select schema_name || '.' || view_name from duckdb_views() where not internal
union all
select schema_name || '.' || table_name from duckdb_tables() where not internal
"""


class Question(BaseModel):
    """One SELECT; `$name` in it takes the value of that parameter."""

    model_config = ConfigDict(extra="forbid")

    sql: str = Field(min_length=1, max_length=20_000, examples=["select * from ops.releases"])
    parameters: dict[str, str | int | float | bool | None] = Field(
        default_factory=dict, max_length=50
    )
    limit: int = Field(default=1_000, ge=1, le=MOST_ROWS)


class Answer(BaseModel):
    """What a query gave."""

    release_id: int
    columns: list[dict[str, str]]  # name and type
    rows: list[dict[str, Any]]
    is_cut: bool  # there are more rows than the limit


@router.post(
    "/query",
    response_model=Answer,
    responses=documented(400, 401, 403, 404, 410, 413, 422, 429, 503),
)
def query(release: OfRelease, question: Annotated[Question, Body()]) -> Response:
    """Run one SELECT on a release: no table function, no path, no more than the limits."""
    return formats.document(answer_of(release, question))


def answer_of(release: Release, question: Question) -> dict[str, Any]:
    """Return what one SELECT gives.

    Raises:
        Problem: 422, it is none, names what is no table of the release, or takes too much.
    """
    refuse_beyond_release(release, question.sql)
    limits = Limits(seconds=SECONDS, rows=question.limit + 1)
    try:
        found = run_select(release.path, question.sql, limits, question.parameters)
    except (StatementRefused, QueryFailed) as error:
        raise Problem(422, str(error), [("/sql", "refused")]) from error
    except QueryStopped as error:
        raise Problem(422, str(error), [("/sql", "stopped")]) from error
    names = [f"{name}" for name in found.column_names]
    if len(set(names)) < len(names):
        raise Problem(
            422, "Two columns have the same name; give each its own.", [("/sql", "names")]
        )
    return {
        "release_id": release.number,
        "columns": [{"name": one.name, "type": str(one.type)} for one in found.schema],
        "rows": found.slice(0, question.limit).to_pylist(),
        "is_cut": len(found) > question.limit,
    }


def refuse_beyond_release(release: Release, text: str) -> None:
    """Refuse what names anything but the release's tables; looked at in DuckDB's own parse.

    Raises:
        Problem: 422, it is no single SELECT, or names something else; says what.
    """
    with release.connection.cursor() as cursor:
        try:
            select = only_select(cursor, text)
            (parsed,) = cursor.execute(
                "select json_serialize_sql(cast($text as varchar))", {"text": select}
            ).fetchone() or ("{}",)
            known = {name.lower() for (name,) in cursor.execute(_RELATIONS).fetchall()}
        except (StatementRefused, duckdb.Error) as error:
            raise Problem(422, str(error), [("/sql", "refused")]) from error
    tree = orjson.loads(parsed)
    if tree.get("error"):
        raise Problem(422, str(tree.get("error_message")), [("/sql", "refused")])
    if wrong := sorted(_beyond(tree, known)):
        raise Problem(
            422,
            f"{', '.join(wrong)}: a query may name the tables of the release and nothing else;"
            " `tables` lists them.",
            [("/sql", "refused")],
        )


def _beyond(tree: Any, known: set[str]) -> set[str]:
    """Return what a parsed statement names that is no table of the release."""
    found: set[str] = set()
    named: set[str] = set()  # common table expressions

    def walk(node: Any) -> None:
        if isinstance(node, list):
            for one in node:
                walk(one)
        elif isinstance(node, dict):
            if "cte_map" in node:
                for entry in node["cte_map"].get("map", ()):
                    named.add(str(entry["key"]).lower())
            if node.get("type") == "BASE_TABLE":
                parts = [node.get(part) for part in ("catalog_name", "schema_name", "table_name")]
                found.add(".".join(str(part) for part in parts if part).lower())
            if node.get("type") == "TABLE_FUNCTION":
                name = str(node["function"].get("function_name")).lower()
                if name not in _HARMLESS:
                    found.add(f"{name}()")
            for one in node.values():
                walk(one)

    walk(tree)
    return {one for one in found - known if one not in named}

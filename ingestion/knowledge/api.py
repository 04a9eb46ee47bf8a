"""The grammar of an API: where to ask, how it pages, and what of a record an object is made of.

`client`, `paginator`, `data_selector` and `incremental` are said as dlt's `rest_api` takes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from ingestion.lakehouse.request_extras import is_secret
from ingestion.lakehouse.scrubbing import holds_secret_parameter
from ingestion.landing.declarations import expand
from ingestion.tables.grammar import Strict, Texts

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
# names of fields, one in another: `data.items`
Path = Annotated[str, Field(pattern=r"^[^.\[\]*$]+(\.[^.\[\]*$]+)*$")]
# the same, through lists: `groups[*].items`
Selector = Annotated[str, Field(pattern=r"^[^.\[\]*$]+(\[\*\])?(\.[^.\[\]*$]+(\[\*\])?)*$")]
Paginator = str | dict[str, Any]
# fields of `auth` and headers whose value is nobody's but the environment's: what is declared lands
_SECRET = re.compile(
    r"authorization|cookie|password|secret|private|(?:^|[^a-z])(?:api[_-]?key|\S*[_-]?key|\S*token)$",
    re.IGNORECASE,
)


class Client(Strict):
    """Where an API is, and who asks."""

    base_url: str
    headers: dict[str, str] = {}
    auth: dict[str, Any] | None = None  # its type is bearer, http_basic, api_key ..
    paginator: Paginator | None = None  # default: found out by the first page
    max_wait_seconds: int = Field(default=120, ge=0)  # of one refusal for now; none of dlt's keys

    @model_validator(mode="after")
    def _secrets_are_variables(self, info: ValidationInfo) -> Client:
        if (info.context or {}).get("is_expanded"):
            return self
        said = {f"auth: {name}": one for name, one in (self.auth or {}).items()}
        said |= {f"headers: {name}": one for name, one in self.headers.items()}
        _refuse_written(said)
        return self


def _refuse_written(said: dict[str, Any]) -> None:
    """Refuse a secret that is no variable: by its place, such as `headers: X-Auth`."""
    for place, value in said.items():
        where, _, name = place.partition(": ")
        if where == "params":  # limits and keys to sort by have such names too
            is_one = isinstance(value, str) and holds_secret_parameter(f"?{name}={value}")
        else:
            is_one = bool(_SECRET.search(place)) or (where == "headers" and is_secret(name))
        if is_one and isinstance(value, str | int | float) and "${" not in str(value):
            raise ValueError(f"{place}: a secret is named by a variable, as ${{TRACKER_TOKEN}}")


class Incremental(Strict):
    """How only what changed is asked for."""

    start_param: str
    cursor_path: Path  # of a record: when it was changed
    initial_value: str | int | None = None  # of the first sync
    # how the API wants the moment; none of dlt's keys
    format: Literal["iso", "date", "epoch_s", "epoch_ms"] = "iso"

    @field_validator("initial_value", mode="before")
    @classmethod
    def _as_written(cls, value: Any) -> Any:
        return value.isoformat() if isinstance(value, date) else value  # YAML's of a bare date


class Endpoint(Strict):
    """One list of an API."""

    path: str
    method: Literal["GET", "POST"] = "GET"
    params: dict[str, Any] = {}
    body: dict[str, Any] | None = Field(default=None, alias="json")
    paginator: Paginator | None = None
    data_selector: Selector | None = None  # default: the list that a page is, or has
    incremental: Incremental | None = None
    max_pages: int = Field(default=10_000, ge=1)  # a longer list breaks the sync; none of dlt's

    @model_validator(mode="after")
    def _secrets_are_variables(self, info: ValidationInfo) -> Endpoint:
        if not (info.context or {}).get("is_expanded"):
            _refuse_written({f"params: {name}": one for name, one in self.params.items()})
        return self

    @field_validator("path")
    @classmethod
    def _stays_there(cls, path: str) -> str:
        if "://" in path or "{" in path.replace("${", ""):
            raise ValueError("a path below base_url, without lists that hang on other lists")
        return path


class ObjectFields(Strict):
    """What of a record says what about the object it is; paths of fields."""

    id: Path
    title: Path | None = None
    text: Texts = ()  # one below the other
    format: Literal["markdown", "html", "text"] = "markdown"
    url: Path | None = None
    author: Texts = ()
    created: Path | None = None
    updated: Path | None = None  # default: cursor_path
    parent: Path | None = None  # id of another record of the list
    deleted: Path | None = None  # a field that is set where it was deleted
    archived: Path | None = None
    fields: Texts | None = None  # default: what is left of a record at its top
    volatile: Texts = ()  # at its top: says nothing of its content


class Resource(Strict):
    """One list whose records are objects."""

    name: Name
    endpoint: Endpoint
    object: ObjectFields


class Api(Strict):
    """An API with lists of objects."""

    client: Client
    resources: tuple[Resource, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_differ(self) -> Api:
        if len({one.name for one in self.resources}) < len(self.resources):
            raise ValueError("two resources have one name")
        return self

    def expanded(self) -> Api:
        """Return it with the variables it names.

        Raises:
            VariableMissing: one is not set.
        """
        said = _expanded(self.model_dump(by_alias=True))
        return Api.model_validate(said, context={"is_expanded": True})


def _expanded(value: Any) -> Any:
    if isinstance(value, str):
        return expand(value)
    if isinstance(value, dict):
        return {key: _expanded(one) for key, one in value.items()}
    return [_expanded(one) for one in value] if isinstance(value, list | tuple) else value


def at_path(record: Any, path: str | None) -> Any:
    """Return what stands at a path of a record; None where nothing does."""
    for name in path.split(".") if path else ():
        record = record.get(name) if isinstance(record, dict) else None
    return record if path else None


def text_at(record: Any, path: str | None) -> str:
    """Return what stands at a path as text; empty where nothing does, or no single value."""
    found = at_path(record, path)
    if isinstance(found, bool):
        return str(found).lower()
    return str(found).strip() if isinstance(found, str | int | float) else ""


def texts_at(record: Any, paths: tuple[str, ...]) -> Iterator[str]:
    """Yield the texts at paths, those of a list one by one; `people.name` looks into a list."""
    for path in paths:
        yield from _texts(record, path.split("."))


def _texts(value: Any, names: list[str]) -> Iterator[str]:
    if isinstance(value, list):
        for one in value:
            yield from _texts(one, names)
    elif names:
        if isinstance(value, dict):
            yield from _texts(value.get(names[0]), names[1:])
    elif said := text_at({"value": value}, "value"):
        yield said


def fields_of(record: dict[str, Any], said: ObjectFields) -> Iterator[tuple[str, str]]:
    """Yield the fields of a record, by name, one pair per value."""
    listed = said.fields
    if listed is None:
        told = (said.id, said.title, *said.text, said.url, *said.author, said.created,
                said.updated, said.deleted, said.archived, *said.volatile)  # fmt: skip
        used = {re.split(r"\.", path)[0] for path in told if path}
        listed = tuple(name for name in record if name not in used and "." not in name)
    for path in listed:
        for one in texts_at(record, (path,)):
            yield path, one

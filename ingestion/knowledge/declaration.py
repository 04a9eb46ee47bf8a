"""The grammar of a source of knowledge: where its exports lie, and how they are to be read.

`sources/examples/every_key.yml` shows every key with a comment.
"""

from __future__ import annotations

import hashlib
import json
import re
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from ingestion.knowledge.api import Api
from ingestion.landing.declarations import Grammar
from ingestion.tables.grammar import Pattern, SourceDeclaration, Strict, Texts, Zone

HERE = Path(__file__).parent
ASKED = ("notion", "slack", "linear", "gdocs")  # kinds that have an API of their own
VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")
NAME = r"^[a-z][a-z0-9_]*$"

Kind = Literal["notion", "slack", "linear", "gdocs", "logs", "folder", "incidents", "rest"]
WHOLE_BY_NATURE = (
    "notion",
    "folder",
    "gdocs",
    "incidents",
    "rest",
)  # an export of these lists all there is


class Lines(Strict):
    """How the lines of a log are read."""

    # names groups: time, level, host, component, message; what is left of a line is its message
    pattern: Pattern = r"(?P<message>.*)"
    first_line: Pattern | None = None  # a line that begins an event; default: the pattern matches
    time_format: str | None = None  # of strptime; default: ISO 8601, syslog and Apache times
    year: int | None = Field(default=None, ge=1970, le=2200)  # of times that name none
    stream: Pattern | None = None  # group `stream` of a file's path; default: its name


class CorpusSource(SourceDeclaration):
    """One source of documents."""

    corpus_source: str = Field(pattern=NAME, max_length=60)
    name: str = ""
    kind: Kind
    location: Texts = ()  # files, folders or globs; an API has none
    api: Api | None = None  # of kind rest
    endpoint: str = ""  # of notion, slack, linear, gdocs: their API, in place of location
    secret: str = ""  # variable that holds the endpoint's token; default: its kind's own
    since: date | None = None  # of an API: what changed before is not asked for at first
    enabled: bool = True
    one_export: bool = False  # the location is one export, whatever the names in it
    at: datetime | None = None  # when the export was made, where its name does not say
    zone: Zone = "UTC"  # of times that name none
    include: Texts = ()  # globs of paths inside an export
    exclude: Texts = ()
    complete: bool | None = None  # an export lists all there is: what it lacks is deleted
    site: str = ""  # address of the workspace, for links back
    team: str = ""  # id of a Slack workspace, part of its messages' identity
    freshness_hours: float | None = Field(default=None, gt=0)  # an older newest export is told
    lines: Lines = Lines()

    @model_validator(mode="after")
    def _site_is_an_address(self) -> CorpusSource:
        if self.site and not self.site.startswith(("http://", "https://")):
            raise ValueError("site: an address starts with http:// or https://")
        return self

    @model_validator(mode="after")
    def _says_where_it_is(self) -> CorpusSource:
        if (self.kind == "rest") != (self.api is not None):
            raise ValueError("api: it is said of kind rest, and of no other")
        if self.endpoint and (self.kind not in ASKED or self.location):
            raise ValueError(f"endpoint: it is said of {', '.join(ASKED)}, in place of location")
        if self.endpoint and not self.endpoint.startswith(("http://", "https://", "${")):
            raise ValueError("endpoint: an address starts with http:// or https://")
        if self.secret and (not self.endpoint or not VARIABLE.fullmatch(self.secret)):
            raise ValueError("secret: the name of the variable that holds an endpoint's token")
        if self.since and not self.is_asked:
            raise ValueError("since: it is said of an API; an export has what it has")
        if self.api is None and not self.endpoint and not self.location:
            raise ValueError("location: this key is missing; say where exports lie")
        return self

    @property
    def is_complete(self) -> bool:
        """Whether an export of it lists all there is; one that is filtered does not by itself."""
        by_nature = self.kind in WHOLE_BY_NATURE or (self.kind == "linear" and self.is_asked)
        is_filtered = bool(self.include or self.exclude)
        return by_nature and not is_filtered if self.complete is None else self.complete

    @property
    def is_asked(self) -> bool:
        """Whether it is an API, which is asked when it lands."""
        return self.api is not None or bool(self.endpoint)

    @property
    def values_hash(self) -> str:
        """A hash of what changes which objects an export has, and what is said of them."""
        said = self.model_dump(
            mode="json",
            include={
                "kind",
                "at",
                "zone",
                "include",
                "exclude",
                "complete",
                "site",
                "team",
                "tier",
            },
        )
        if self.api is not None:
            said["api"] = self.api.model_dump(mode="json")
        if self.endpoint:
            said["endpoint"] = self.endpoint
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]


SOURCES = Grammar("corpus_source", CorpusSource, HERE / "sources")

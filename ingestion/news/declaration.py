"""The grammars of what news declares: feeds that are asked, reports that are made of them, and
where background lines come from.

`sources/examples/every_key.yml`, `reports/examples/every_key.yml` and
`backgrounds/examples/every_key.yml` show every key with a comment.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from ingestion.landing.declarations import Grammar
from ingestion.tables.grammar import Pattern, SourceDeclaration, Strict, Texts, Zone

HERE = Path(__file__).parent
NAME = r"^[a-z][a-z0-9_]*$"
_REFERENCE = re.compile(r"^\$\{\w+\}$")


Share = Annotated[float, Field(ge=0, le=1)]
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]


class Rule(Strict):
    """Items whose field matches a pattern."""

    field: Literal["title", "summary", "text", "url", "author", "categories"]
    regex: Pattern


class Feed(SourceDeclaration):
    """One source of news: a feed, a news sitemap, or a page with links."""

    feed: str = Field(pattern=NAME, max_length=60)
    name: str = ""
    kind: Literal["feed", "sitemap", "page"] = "feed"
    url: str
    enabled: bool = True
    weight: Share = 0.5
    categories: Texts = ()
    language: Language | None = None
    zone: Zone | None = None  # for dates without one
    date_order: Literal["DMY", "MDY", "YMD"] | None = None
    text: Literal["auto", "feed", "page"] = "auto"
    link_pattern: Pattern | None = None  # kind page: which links are articles
    keep: tuple[Rule, ...] = ()
    block: tuple[Rule, ...] = ()
    max_items: int = Field(default=500, ge=1, le=500)
    gap_seconds: float = Field(default=1.0, ge=0, le=60)
    concurrency: int = Field(default=1, ge=1, le=8)
    robots: Literal["obey", "ignore"] = "obey"
    allow_private: bool = False
    headers: dict[str, str] = Field(default_factory=dict)
    identity: Literal["auto", "guid", "link", "link+title"] = "auto"

    @field_validator("url")
    @classmethod
    def _web(cls, value: str) -> str:
        if not _REFERENCE.match(value) and urlsplit(value).scheme not in ("http", "https"):
            raise ValueError("an address starts with http:// or https://")
        return value

    @field_validator("headers")
    @classmethod
    def _named_only(cls, value: dict[str, str]) -> dict[str, str]:
        for name, text in value.items():
            if not _REFERENCE.match(text):
                raise ValueError(
                    f"{name}: a header's value would be stored; put it into a variable and write "
                    "${VARIABLE} here"
                )
        return value

    @model_validator(mode="after")
    def _pattern_of_page(self) -> Feed:
        if self.kind == "page" and self.link_pattern is None:
            raise ValueError("kind: page needs link_pattern, the links that are articles")
        return self


class Category(Strict):
    """One subject of a report."""

    name: str = Field(pattern=NAME, max_length=60)
    description: str = ""
    words: Texts = ()


class Caps(Strict):
    """The most items of a report that may be of one source, or of one category."""

    source: int = Field(default=3, ge=1)
    category: int = Field(default=5, ge=1)


class Weights(Strict):
    """What each score of an assessed story counts; their sum need not be 1."""

    impact: float = Field(default=0.30, ge=0)
    novelty: float = Field(default=0.20, ge=0)
    credibility: float = Field(default=0.20, ge=0)
    relevance: float = Field(default=0.20, ge=0)
    timeliness: float = Field(default=0.10, ge=0)

    @model_validator(mode="after")
    def _something_counts(self) -> Weights:
        if not any(self.model_dump().values()):
            raise ValueError("one of the weights must be more than 0")
        return self


class Thresholds(Strict):
    """What a score must reach to go on."""

    tier1: float = Field(default=3.0, ge=0, le=10)
    tier2_relevance: float = Field(default=5.0, ge=0, le=10)
    tier2_promotional: float = Field(default=0.7, ge=0, le=1)


class Asked(Strict):
    """Prompt and model of one phase; what is left out is the project's."""

    prompt: str | None = None
    model: str | None = None


class ReportDeclaration(SourceDeclaration):
    """One report: for whom, about what, how many items, how chosen."""

    report: str = Field(pattern=NAME, max_length=60)
    title: str = ""
    every: str = Field(default="1 d", pattern=r"^\d+(\.\d+)? ?(h|d)$")
    company_context: str = ""
    categories: tuple[Category, ...] = Field(min_length=1)
    sources: Texts = ()  # feeds it is made of; none: all
    window_hours: float = Field(default=48, gt=0)
    ahead_hours: float = Field(default=48, ge=0)  # later dates than this are taken for wrong
    top_n: int = Field(default=10, ge=1, le=100)
    reserve: int = Field(default=3, ge=0, le=100)
    tier3_max: int = Field(default=30, ge=1)
    batch_size: int = Field(default=20, ge=1, le=100)
    audit_share: Share = 0.02
    caps: Caps = Caps()
    languages_read: tuple[Language, ...] = ("en",)
    language_written: Language = "en"
    weights: Weights = Weights()
    thresholds: Thresholds = Thresholds()
    phases: dict[str, Asked] = Field(default_factory=dict)  # by the phase's name
    formats: tuple[Literal["md", "html", "json", "feed", "atom", "eml"], ...] = (
        "md",
        "html",
        "json",
    )
    recipients: Texts = ()

    @property
    def every_hours(self) -> float:
        """Hours between two reports."""
        number, unit = float(self.every.rstrip("hd ")), self.every[-1]
        return number * (24 if unit == "d" else 1)


class Background(SourceDeclaration):
    """Where lines about entities come from."""

    background: str = Field(pattern=NAME, max_length=60)
    name: str = ""
    location: Texts = Field(min_length=1)  # CSV or Parquet files


FEEDS = Grammar("feed", Feed, HERE / "sources")
REPORTS = Grammar("report", ReportDeclaration, HERE / "reports")
BACKGROUNDS = Grammar("background", Background, HERE / "backgrounds")

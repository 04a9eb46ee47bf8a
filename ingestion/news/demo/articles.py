"""What outlets make of events: wording of their own, the shared facts, and words about nothing."""

from __future__ import annotations

import html
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import quote

from ingestion.news.demo.events import Event

_BEFORE = (
    "The announcement had been expected since spring.",
    "Several people close to the matter had spoken of it for weeks.",
    "Others in the field have tried the same and given up.",
    "It is the second such step this year.",
    "For those who follow {category}, the timing is no surprise.",
    "Analysts had set their hopes on a later date.",
)
_AFTER = (
    "What it means for smaller firms around {place} is open.",
    "Customers of {subject} will notice the change within a month.",
    "Nobody at {subject} would say what comes next.",
    "A longer account is to follow, {subject} told this publication.",
    "Those who work with {product} every day are divided.",
    "Independent tests of {product} are not finished.",
    "The last word on {product} has not been spoken.",
)
_ANGLES = (
    "Whether {product} keeps its promise depends on who uses it, and on how much {subject} is "
    "ready to spend on support.",
    "Two engineers who tried {product} early describe it as plain, quick and hard to break.",
    "Rivals of {subject} point out that figures of this kind are hard to compare.",
    "The people behind {product} say that they had help from partners they do not name.",
    "In the offices of {subject} the mood is said to be calm.",
)


@dataclass
class Article:
    """One article of an outlet."""

    event: int | None
    host: str
    path: str
    title: str
    paragraphs: list[str]
    published_at: datetime
    summary: str
    language: str = "en"
    kind: str = "article"  # article | audio | stub | advert
    copy_of: str | None = None  # address of the article whose words it has
    flags: list[str] = field(default_factory=list)  # what was planted
    link: str | None = None  # as the feed says it, when that is not the plain address

    @property
    def url(self) -> str:
        return f"http://{self.host}{self.path}"

    @property
    def html(self) -> str:
        """The paragraphs as a feed has them."""
        return "".join(f"<p>{html.escape(one, quote=False)}</p>" for one in self.paragraphs)


def write(dice: random.Random, event: Event, host: str, number: int) -> Article:
    """Return an outlet's article about an event."""
    title = event.titles[number % len(event.titles)]
    known = {
        "category": event.category,
        "subject": event.subject,
        "product": event.names[1],
        "place": event.names[2],
    }
    facts = [dice.choice(wordings) for wordings in event.facts]
    first, rest = facts[0], facts[1:]
    dice.shuffle(rest)
    lead = f"{first} {rest[0]}"
    body = [
        lead,
        f"{dice.choice(_BEFORE)} {rest[1]} {rest[2]}".format(**known),
        f"{rest[3]} {dice.choice(_AFTER)}".format(**known),
        f"{dice.choice(_ANGLES)} {dice.choice(_AFTER)}".format(**known),
        f"{dice.choice(_ANGLES)} {dice.choice(_BEFORE)} {event.facts[1][0]}".format(**known),
        f"{dice.choice(_ANGLES)} {dice.choice(_AFTER)} {event.facts[3][1]}".format(**known),
        f"{dice.choice(_ANGLES)} {dice.choice(_AFTER)} {event.facts[2][0]}".format(**known),
        f"{dice.choice(_BEFORE)} {dice.choice(_ANGLES)} {dice.choice(_AFTER)}".format(**known),
    ]
    at = event.at + timedelta(minutes=dice.randint(0, 80))
    slug = quote(title.lower().replace(" ", "-").replace(":", "").replace("$", ""))
    path = f"/{at:%Y/%m/%d}/{slug}-{event.number}"
    return Article(event.number, host, path, title, body, at, lead)


def copied(article: Article, host: str, minutes: int) -> Article:
    """Return an article as another outlet took it over, word for word."""
    return Article(
        article.event, host, article.path, article.title, list(article.paragraphs),
        article.published_at + timedelta(minutes=minutes), article.summary,
        copy_of=article.url, flags=["near_copy"],
    )  # fmt: skip


def page(article: Article, site: str) -> str:
    """Return an article's page."""
    text = "".join(f"<p>{html.escape(one, quote=False)}</p>" for one in article.paragraphs)
    title = html.escape(article.title, quote=False)
    free = "false" if article.kind == "stub" else "true"
    pay = "<p>Subscribe to continue reading.</p>" if article.kind == "stub" else ""
    return f"""<!DOCTYPE html>
<html lang="{article.language}"><head><meta charset="utf-8"><title>{title} | {site}</title>
<link rel="canonical" href="{article.url}"><meta property="og:type" content="article">
<script type="application/ld+json">{{"@context": "https://schema.org", "@type": "NewsArticle",
"headline": {_json(article.title)}, "datePublished": "{article.published_at:%Y-%m-%dT%H:%M:%SZ}",
"isAccessibleForFree": {free}}}</script></head>
<body><header><a href="/">{site}</a><nav><a href="/about">About</a> <a href="/all">All</a></nav>
</header><main><article><h1>{title}</h1>{text}{pay}</article></main>
<footer>SYNTHETIC page of a made-up outlet. <a href="/imprint">Imprint</a></footer></body></html>
"""


def _json(text: str) -> str:
    import json

    return json.dumps(text).replace("</", "<\\/")

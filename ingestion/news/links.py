"""Addresses: the normal form two spellings of one page share, and what a relative one means."""

from __future__ import annotations

import csv
import re
from functools import lru_cache
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit

from publicsuffixlist import PublicSuffixList
from url_normalize import url_normalize

from ingestion.lakehouse.settings import PROJECT_ROOT

TRACKING = PROJECT_ROOT / "dbt_project" / "seeds" / "news" / "news_tracking_parameters.csv"
_LONGEST = 4_000
_BROKEN = re.compile(r"[ \t]*[\r\n]+[ \t]*|\t+")  # where an address was broken to fit a line
_ESCAPED = re.compile(r"&(?:amp|#0*38|#x0*26);", re.IGNORECASE)  # once more than it should be
_SCHEMELESS = re.compile(r"www\.[\w-]+\.\w", re.IGNORECASE)  # no file is called so
_TO_HOST = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?\s*//[^/?#]*", re.IGNORECASE)


@lru_cache(maxsize=1)
def tracking_parameters() -> tuple[frozenset[str], tuple[str, ...]]:
    """Return names of parameters that say nothing of the page, and beginnings of such names."""
    with TRACKING.open(encoding="utf-8", newline="") as file:
        names = [row["parameter"].lower() for row in csv.DictReader(file)]
    starts = tuple(name[:-1] for name in names if name.endswith("*"))
    return frozenset(name for name in names if not name.endswith("*")), starts


@lru_cache(maxsize=20_000)
def url_key(url: str | None) -> str | None:
    """Return what all spellings of an address share; None for what is no web address.

    RFC 3986 normal form with a lower case host, without scheme, leading `www.`, default port,
    fragment, name and password, and parameters that only say where a reader came from; the
    others are sorted.
    """
    url = (url or "").strip()
    if not url or len(url) > _LONGEST:
        return None
    try:
        parts = urlsplit(url)
        if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
            return None
        normal = urlsplit(url_normalize(parts._replace(fragment="").geturl()) or "")
        host, port = (normal.hostname or "").rstrip("."), normal.port
    except ValueError:
        return None
    host = host.removeprefix("www.") if host.count(".") > 1 else host
    host = f"[{host}]" if ":" in host else host
    if port and port != {"http": 80, "https": 443}[normal.scheme]:
        host = f"{host}:{port}"
    query = _kept(normal.query)
    return f"{host}{normal.path or '/'}{'?' + query if query else ''}"


def _kept(query: str) -> str:
    pairs = [
        (name, value)
        for name, value in parse_qsl(query, keep_blank_values=True)
        if not _is_tracking(name, value)
    ]
    return urlencode(sorted(pairs), quote_via=quote)


def _is_tracking(name: str, value: str) -> bool:
    """Say whether a parameter, or that value of it, only says where a reader came from."""
    names, starts = tracking_parameters()
    name = name.lower()
    return name in names or name.startswith(starts) or f"{name}={value.lower()}" in names


def without_tracking(url: str) -> str:
    """Return an address a person can pass on: without what only says where a reader came from."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    kept = [
        part
        for part in parts.query.split("&")
        if not _is_tracking(part.partition("=")[0], part.partition("=")[2])
    ]
    # what begins so is the address of a page that a script shows
    fragment = parts.fragment if parts.fragment.startswith(("!", "/")) else ""
    return parts._replace(query="&".join(kept), fragment=fragment).geturl()


def absolute(link: str | None, *bases: str | None) -> str | None:
    """Return an absolute web address; a relative one is meant from the bases, the last outermost.

    None for what leads to no page: `javascript:`, `mailto:`, an address that is none. Blanks are
    read as browsers read them: line breaks go, a blank within a path is a part of it. `&amp;` is
    an ampersand, and what begins with `www.` names a host.
    """
    link = _ESCAPED.sub("&", _BROKEN.sub("", (link or "").strip()))
    if _SCHEMELESS.match(link):
        link = f"http://{link}"
    host = _TO_HOST.match(link)
    at = host.end() if host else 0
    link = "".join(link[:at].split()) + link[at:].replace(" ", "%20")
    if not link:
        return None
    for base in bases:
        if base:
            try:
                link = urljoin(base.strip(), link)
            except ValueError:
                return None
    try:
        parts = urlsplit(link)
        is_web = parts.scheme.lower() in ("http", "https") and bool(parts.hostname)
        _ = parts.port
    except ValueError:
        return None
    return link if is_web else None


@lru_cache(maxsize=1)
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


def site_of(host: str) -> str:
    """Return the part of a host that somebody registered: `news.example.co.uk` is of
    `example.co.uk`."""
    host = host.lower().partition(":")[0]
    is_number = host.rpartition(".")[2].isdigit()
    return host if is_number else str(_suffixes().privatesuffix(host) or host)

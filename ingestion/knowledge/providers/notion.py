"""Notion's API: pages by search and by their databases, each with all its blocks.

What is kept of a page is one file: `answer`, the page, and `further`, answers on its blocks by the
block they lie in, and on properties whose values are a list of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ingestion.knowledge.providers.asking import FORBIDDEN, Answer, Asking, Refusal, bearer
from ingestion.knowledge.times import moment
from ingestion.landing.declarations import variable

auth = bearer
VERSION = "2025-09-03"
_AT_ONCE = 100
_OWN_PAGES = ("child_page", "child_database")  # objects of their own
_HIDDEN = "object_not_found"  # of one that is not shared with who asks


def headers() -> dict[str, str]:
    """Return the headers of every request."""
    return {"Notion-Version": variable("NOTION_VERSION") or VERSION}


def fetch(asking: Asking) -> None:
    """Keep databases, and the pages that changed, with their blocks."""
    is_older = headers()["Notion-Version"] < VERSION
    pages: dict[str, Answer] = {}
    for found in _searched(asking, "database" if is_older else "data_source"):
        for row in _rows(asking, found, is_older):
            if _is_asked_for(asking, row):
                pages[row["id"]] = row
    for page in _searched(asking, "page"):
        if _is_older(asking, page):
            break  # the newest come first
        if _is_asked_for(asking, page):
            pages[page["id"]] = page
    for page in pages.values():
        _keep_page(asking, page)


def _is_asked_for(asking: Asking, record: Answer) -> bool:
    edited = moment(record.get("last_edited_time"))
    is_later = asking.until is not None and edited is not None and edited >= asking.until
    return not (is_later or _is_older(asking, record))


def _is_older(asking: Asking, record: Answer) -> bool:
    edited = moment(record.get("last_edited_time"))
    return asking.since is not None and edited is not None and edited < asking.since


def _searched(asking: Asking, kind: str) -> Iterator[Answer]:
    asked = {
        "filter": {"property": "object", "value": kind},
        "sort": {"timestamp": "last_edited_time", "direction": "descending"},
    }
    known: set[str] = set()
    for found in _listed(asking, "POST", "v1/search", asked):
        if found.get("object") == kind and found["id"] not in known:
            known.add(found["id"])
            yield found


def _listed(asking: Asking, method: str, path: str, asked: dict[str, Any]) -> Iterator[Answer]:
    """Yield the results of all pages of a list; some twice, where it had to begin anew."""
    for _, said in _pages(asking, method, path, asked):
        yield from said.get("results") or ()


def _pages(
    asking: Asking, method: str, path: str, asked: dict[str, Any]
) -> Iterator[tuple[int, Answer]]:
    where = "json" if method == "POST" else "params"

    def ask(cursor: str | None) -> Answer:
        more = {"start_cursor": cursor} if cursor else {}
        return asking.json(method, path, **{where: asked | {"page_size": _AT_ONCE} | more})

    return asking.pages(ask, lambda said: said.get("next_cursor") if said.get("has_more") else None)


def _rows(asking: Asking, found: Answer, is_older: bool) -> Iterator[Answer]:
    """Keep a database with the list of its rows, and yield these: each is a page."""
    lists = "databases" if is_older else "data_sources"
    name = f"databases/{found['id']}.json"
    if found.get("in_trash"):
        asking.keep(name, {"answer": found})
        return
    rows: dict[int, Answer] = {}
    try:
        rows |= _pages(asking, "POST", f"v1/{lists}/{found['id']}/query", {})
    except Refusal as error:
        _forbid(asking, name, found, error)
        asking.is_partial = True  # nobody said which rows there are
        return
    asking.keep(name, {"answer": found, "further": {"rows": list(rows.values())}})
    for said in rows.values():
        yield from (one for one in said.get("results") or () if one.get("object") == "page")


def _keep_page(asking: Asking, page: Answer) -> None:
    name, further = f"pages/{page['id']}.json", dict[str, list[Answer]]()
    try:
        if not page.get("in_trash"):
            _take_blocks(asking, page["id"], further)
            _take_properties(asking, page, further)
    except Refusal as error:
        _forbid(asking, name, page, error)
        return
    asking.keep(name, {"answer": page, "further": further})


def _forbid(asking: Asking, name: str, record: Answer, error: Refusal) -> None:
    if error.status not in FORBIDDEN:
        raise error
    asking.keep(name, {"answer": record, "forbidden": str(error)})


def _take_blocks(asking: Asking, top: str, further: dict[str, list[Answer]]) -> None:
    """Ask for the blocks of a page and of blocks in it; an own copy of what lies elsewhere, too."""
    waiting = [top]
    while waiting:
        parent = waiting.pop()
        path = f"v1/blocks/{parent}/children"
        try:
            said = dict(_pages(asking, "GET", path, {}))
        except Refusal as error:
            if parent == top or error.code != _HIDDEN:
                raise
            continue  # a copy of a block that is not shared with us
        further[parent] = list(said.values())
        blocks = [one for page in said.values() for one in page.get("results") or ()]
        waiting += [one["id"] for one in blocks if _has_more(one) and one["id"] not in further]


def _has_more(block: Answer) -> bool:
    return bool(block.get("has_children")) and block.get("type") not in _OWN_PAGES


def _take_properties(asking: Asking, page: Answer, further: dict[str, list[Answer]]) -> None:
    """Ask for the values of properties of which a page holds the first 25."""
    for value in (page.get("properties") or {}).values():
        kind = value.get("type")
        listed = value.get(kind)
        if value.get("has_more") or (isinstance(listed, list) and len(listed) == 25):
            path = f"v1/pages/{page['id']}/properties/{value['id']}"
            said = dict(_pages(asking, "GET", path, {}))
            further[f"property {value['id']}"] = list(said.values())

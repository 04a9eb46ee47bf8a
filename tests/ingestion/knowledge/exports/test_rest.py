"""Where the records of an API's page stand, and what is said of a page that has none."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from ingestion.knowledge.containers import Member
from ingestion.knowledge.declaration import CorpusSource
from ingestion.knowledge.exports.rest import read
from ingestion.knowledge.fetching import fetched
from ingestion.knowledge.seen import Reading, Refused

GROUPS = {"groups": [{"items": [{"id": 1}, {"id": 2}]}, {"items": None}, {"items": [{"id": 3}]}]}


def found_in(page: Any, selector: str | None, **mapped: str) -> list[tuple[str, str]]:
    """Return (id, pointer) of the records of a page, or (reason, sentence)."""
    endpoint = {"path": "x"} | ({"data_selector": selector} if selector else {})
    api = {"client": {"base_url": "http://x.example"},
           "resources": [{"name": "a", "endpoint": endpoint,
                          "object": {"id": "id"} | mapped}]}  # fmt: skip
    declared = CorpusSource.model_validate({"corpus_source": "one", "kind": "rest", "api": api})
    reading = Reading(declared, lambda content: hashlib.sha256(content).hexdigest())
    files = [Member("a/000001.json", json.dumps(page).encode(), None)]
    return [
        (one.reason, one.error) if isinstance(one, Refused) else (one.native_id, one.locator)
        for one in read(files, reading)
    ]


@pytest.mark.parametrize(
    ("page", "selector", "found"),
    [
        ([{"id": 1}], None, [("a/1", "/0")]),
        ({"data": [{"id": 1}], "next": None}, None, [("a/1", "/data/0")]),
        ({"data": {"all": [{"id": 1}]}}, "data.all", [("a/1", "/data/all/0")]),
        ({"data": [{"id": 1}]}, "data[*]", [("a/1", "/data/0")]),
        (GROUPS, "groups[*].items", [("a/1", "/groups/0/items/0"), ("a/2", "/groups/0/items/1"),
                                     ("a/3", "/groups/2/items/0")]),
        ({"groups": None}, "groups[*].items", []),
        ({"data": {}}, "data.all", []),
    ],
)  # fmt: skip
def test_records_are_found_wherever_they_stand(
    page: Any, selector: str | None, found: list[tuple[str, str]]
) -> None:
    assert found_in(page, selector) == found


@pytest.mark.parametrize(
    ("page", "selector", "why"),
    [
        (GROUPS, "groups.items", "groups is a list; in data_selector say groups[*].items"),
        ({"data": {"id": 1}}, "data", "data is no list"),
        ({"a": [], "b": []}, None, "it has the lists a, b; name one in data_selector"),
        (7, None, "it is no list, and has none"),
    ],
)
def test_a_page_without_its_list_is_refused(page: Any, selector: str | None, why: str) -> None:
    assert found_in(page, selector) == [("bad_page", f"the page cannot be read: {why}")]


def test_of_a_record_that_a_list_shows_twice_the_newer_stays() -> None:
    page = [
        {"id": 1, "at": "2025-03-02"},
        {"id": 1, "at": "2025-03-01"},
        {"id": 1, "at": "2025-03-02"},
    ]
    assert found_in(page, None, updated="at") == [("a/1", "/0"), ("a/1", "/2")]


@pytest.mark.parametrize(
    ("caps", "said"), [(2, {"total_path": "total"}), (3, {"total_path": None})]
)
def test_an_offset_counts_what_came_and_not_what_was_asked_for(
    httpserver: HTTPServer, tmp_path: Path, caps: int, said: dict[str, Any]
) -> None:
    records = [{"id": number} for number in range(7)]

    def answer(request: Request) -> Response:
        at = int(request.args["offset"])
        shown = records[at : at + min(caps, int(request.args["limit"]))]
        return Response(json.dumps({"total": len(records), "items": shown}))

    httpserver.expect_request("/x").respond_with_handler(answer)
    endpoint = {"path": "x", "data_selector": "items",
                "paginator": {"type": "offset", "limit": 5} | said}  # fmt: skip
    api = {"client": {"base_url": httpserver.url_for("/")},
           "resources": [{"name": "a", "endpoint": endpoint, "object": {"id": "id"}}]}  # fmt: skip
    declared = CorpusSource.model_validate({"corpus_source": "one", "kind": "rest", "api": api})
    delivery = fetched(declared, tmp_path / "pages", None)
    assert not delivery.missing
    pages = [json.loads(page.read_bytes())["items"] for page in delivery.files]
    assert [one for page in pages for one in page] == records

"""An API that is declared: pages, cursors, refusals and errors of a server on this machine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from ingestion.knowledge.declaration import CorpusSource
from ingestion.knowledge.deliveries import Delivery
from ingestion.knowledge.fetching import fetched
from ingestion.knowledge.landing import SOURCE
from ingestion.knowledge.read_back import not_read_back
from ingestion.landing.deliveries import SourceAbsent
from ingestion.landing.land import land
from python_models.knowledge.reading import Library
from tests.ingestion.knowledge.corpus import Corpus


class Tracker:
    """A server of tickets, two a page, behind a token; what it says can be turned bad."""

    def __init__(self, server: HTTPServer) -> None:
        self.url = server.url_for("/v1/")
        self.tickets: dict[int, dict[str, Any]] = {}
        self.asked: list[dict[str, str]] = []
        self.bad: dict[int, Response] = {}  # by number of the request: answered instead, once
        self.repeats = False  # a cursor that leads to where it comes from
        server.expect_request("/v1/tickets").respond_with_handler(self.answer)

    def put(self, number: int, updated: str, **more: Any) -> None:
        self.tickets[number] = {
            "id": number, "name": f"Ticket {number}", "updated_at": updated, "views": 7,
            "created_at": "2025-01-01T08:00:00+01:00", "labels": ["a", "b"],
            "body": {"html": f"<p>Number <b>{number}</b></p>"}, "owner": {"mail": "m@x.example"},
        } | more  # fmt: skip

    def answer(self, request: Request) -> Response:
        self.asked.append(dict(request.args))
        assert request.headers["Authorization"] == "Bearer word"
        if bad := self.bad.pop(len(self.asked), None):
            return bad
        since = request.args.get("since", "")
        found = [one for one in self.tickets.values() if one["updated_at"] >= since]
        at = int(request.args.get("cursor", 0))
        following = at if self.repeats and at else at + 2
        page = {"data": {"tickets": found[at : at + 2]},
                "next": str(following) if following < len(found) else None}  # fmt: skip
        return Response(json.dumps(page), content_type="application/json")


@pytest.fixture
def tracker(httpserver: HTTPServer, corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> Tracker:
    found = Tracker(httpserver)
    monkeypatch.setenv("TRACKER_TOKEN", "word")
    for number in range(1, 6):
        found.put(number, f"2025-03-{number:02}T10:00:00Z")
    declare(corpus, found.url)
    return found


def declare(corpus: Corpus, url: str, **endpoint: Any) -> None:
    listed = {"path": "tickets", "data_selector": "data.tickets"} | endpoint
    said = {
        "id": "id", "title": "name", "text": "body.html", "format": "html", "author": "owner.mail",
        "created": "created_at", "updated": "updated_at", "deleted": "removed", "volatile": "views",
    }  # fmt: skip
    api = {
        "client": {
            "base_url": url,
            "auth": {"type": "bearer", "token": "${TRACKER_TOKEN}"},
            "paginator": {"type": "cursor", "cursor_path": "next", "cursor_param": "cursor"},
        },
        "resources": [{"name": "tickets", "endpoint": listed, "object": said}],
    }
    corpus.declare("tracker", "rest", api=api)


CHANGES = {"start_param": "since", "cursor_path": "updated_at"}


def last(corpus: Corpus) -> dict[str, Any]:
    names = ("mode", "complete", "seen", "new", "changed", "gone", "requests", "retries", "error")
    query = f"select {', '.join(names)} from syncs order by exported_at desc limit 1"
    return dict(zip(names, corpus.rows(query)[0], strict=True))


def test_all_pages_land_as_bytes_and_records_are_read_back_from_them(
    tracker: Tracker, corpus: Corpus
) -> None:
    corpus.land()
    sync = last(corpus)
    assert (sync["mode"], sync["complete"], sync["new"]) == ("full", True, 5)
    assert (sync["requests"], sync["retries"], sync["error"]) == (3, 0, None)
    rows = corpus.rows(
        "select native_id, title, blob_hash, locator, updated_at::varchar from sightings"
        " order by native_id"
    )
    assert [row[0] for row in rows] == [f"tickets/{number}" for number in range(1, 6)]
    assert rows[2][1:2] + rows[2][3:] == ("Ticket 3", "/data/tickets/0", "2025-03-03 10:00:00")
    assert len({row[2] for row in rows}) == 3  # pages
    assert not_read_back((row[2], row[3]) for row in rows) == []


def test_a_record_is_a_document_of_its_mapped_fields(tracker: Tracker, corpus: Corpus) -> None:
    corpus.land()
    columns = ("object_id", "source", "kind", "native_id", "uri", "title", "tier", "content_hash",
               "blob_hash", "locator", "created_at", "updated_at")  # fmt: skip
    row = corpus.rows(f"select {', '.join(columns)} from sightings where native_id = 'tickets/2'")
    plan = dict(zip(columns, row[0], strict=True))
    plan |= {"version": "1", "parent_id": None, "made_from": "[]",
             "parts": json.dumps([["tickets/2", plan["blob_hash"], plan["locator"]]])}  # fmt: skip
    declared = corpus.rows("select source, load_id, zone, declaration from declarations")
    names = ("source", "load_id", "zone", "declaration")
    library = Library([dict(zip(names, one, strict=True)) for one in declared], [])
    (read,) = library.documents([plan])
    assert read["failure"] is None
    assert read["text"] == "# Ticket 2\n\nNumber **2**"
    assert json.loads(read["authors"]) == ["m@x.example"]
    assert [(one["name"], one["value"]) for one in json.loads(read["fields"])] == [
        ("labels", "a"), ("labels", "b"),
    ]  # fmt: skip
    assert str(read["created_at"]) == "2025-01-01 07:00:00"
    assert "word" not in declared[0][3]  # a declaration names variables, never their values


def test_what_a_whole_list_lacks_is_gone_and_what_says_nothing_is_no_change(
    tracker: Tracker, corpus: Corpus
) -> None:
    corpus.land()
    del tracker.tickets[4]
    tracker.put(2, "2025-03-02T10:00:00Z", views=99)
    tracker.put(5, "2025-03-05T10:00:00Z", removed="2025-03-06")
    tracker.put(3, "2025-03-07T10:00:00Z", name="Another name")
    corpus.land()
    sync = last(corpus)
    assert (sync["new"], sync["changed"], sync["gone"]) == (0, 2, 1)


def test_changes_are_asked_for_from_what_landed_with_an_overlap_and_delete_nothing(
    tracker: Tracker, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    declare(corpus, tracker.url, incremental=CHANGES)
    monkeypatch.setenv("KNOWLEDGE_LOOKBACK_DAYS", "2")
    corpus.land()
    assert "since" not in tracker.asked[0] and last(corpus)["complete"]
    tracker.put(6, "2025-03-08T10:00:00Z")
    del tracker.tickets[4]
    tracker.asked.clear()
    corpus.land()
    assert {asked["since"] for asked in tracker.asked} == {"2025-03-03T10:00:00Z"}
    sync = last(corpus)
    assert (sync["mode"], sync["complete"], sync["gone"]) == ("incremental", False, 0)
    assert (sync["seen"], sync["new"]) == (3, 1)
    monkeypatch.setenv("SLUICE_KNOWLEDGE_SYNC", "full")
    tracker.asked.clear()
    corpus.land()
    assert "since" not in tracker.asked[0]
    assert (last(corpus)["mode"], last(corpus)["gone"]) == ("full", 1)


def test_a_sync_that_breaks_deletes_nothing_and_moves_no_cursor(
    tracker: Tracker, corpus: Corpus
) -> None:
    declare(corpus, tracker.url, incremental=CHANGES)
    corpus.land()
    del tracker.tickets[5]
    tracker.put(1, "2026-01-01T00:00:00Z")
    tracker.bad[5] = Response("no", status=403)
    report = corpus.land()
    sync = last(corpus)
    assert (sync["complete"], sync["gone"]) == (False, 0)
    assert sync["error"] == "tickets: page 2 was answered with status 403"
    assert "page 2 was answered with status 403" in report.failed[0]
    tracker.asked.clear()
    corpus.land()
    assert tracker.asked[0]["since"] == "2025-02-26T10:00:00Z"


def asked_once(corpus: Corpus, folder: Path) -> Delivery:
    """What an API gives, without a lake."""
    return fetched(SOURCE.declared()["tracker"].declaration, folder / "pages", None)


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ('{"ok": false, "error": "no_such_scope"}', 'it says "no_such_scope"'),
        ('{"data": {}, "errors": [{"message": "too complex"}]}', "too complex"),
        ("<html>", "page 2 cannot be used"),
    ],
    ids=["ok is false", "errors beside data", "no JSON"],
)
def test_an_answer_that_is_none_is_told_and_the_pages_before_it_are_kept(
    tracker: Tracker, corpus: Corpus, tmp_path: Path, bad: str, why: str
) -> None:
    tracker.bad[2] = Response(bad)
    delivery = asked_once(corpus, tmp_path)
    assert why in delivery.missing
    assert [path.name for path in delivery.files] == ["000001.json"]


def test_a_cursor_that_expires_is_begun_anew_once(
    tracker: Tracker, corpus: Corpus, tmp_path: Path
) -> None:
    tracker.bad[2] = Response("gone", status=410)
    delivery = asked_once(corpus, tmp_path)
    assert (len(delivery.files), delivery.missing, delivery.requests) == (3, "", 5)


def test_a_cursor_that_repeats_fails_the_sync_in_the_end(
    tracker: Tracker, corpus: Corpus, tmp_path: Path
) -> None:
    tracker.repeats = True
    delivery = asked_once(corpus, tmp_path)
    assert delivery.missing == "tickets: page 3 is one that came before"
    assert delivery.requests == 6


def test_a_refusal_for_now_is_waited_for(tracker: Tracker, corpus: Corpus, tmp_path: Path) -> None:
    tracker.bad[2] = Response("later", status=429, headers={"Retry-After": "0"})
    delivery = asked_once(corpus, tmp_path)
    assert (len(delivery.files), delivery.missing) == (3, "")
    assert (delivery.requests, delivery.retries) == (4, 1)


@pytest.mark.parametrize("asked", ["3600", "Fri, 06 Jan 2999 10:00:00 GMT"])
def test_who_asks_for_more_patience_than_declared_is_asked_next_time(
    tracker: Tracker, corpus: Corpus, tmp_path: Path, asked: str
) -> None:
    tracker.bad[2] = Response("later", status=429, headers={"Retry-After": asked})
    delivery = asked_once(corpus, tmp_path)
    assert delivery.missing.startswith("tickets: page 2 cannot be used: it asks for a wait of 3")
    assert delivery.missing.endswith(" s, and max_wait_seconds is 120")
    assert (delivery.requests, len(delivery.files)) == (2, 1)


def test_a_list_that_does_not_end_breaks_the_sync_and_says_how_it_may_go_on(
    tracker: Tracker, corpus: Corpus, tmp_path: Path
) -> None:
    declare(corpus, tracker.url, max_pages=2)
    delivery = asked_once(corpus, tmp_path)
    assert delivery.missing.startswith("tickets: it has more than 2 pages; where it is that long")
    assert len(delivery.files) == 2
    declare(corpus, tracker.url, max_pages=3)
    assert asked_once(corpus, tmp_path).missing == ""


def test_a_server_that_is_not_there_is_told_and_other_sources_land(
    tracker: Tracker, corpus: Corpus, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingestion.knowledge.http_client._ATTEMPTS", 1)
    declare(corpus, "http://127.0.0.1:1/")
    report = corpus.land()
    assert "page 1 cannot be had: ConnectionError" in report.failed[0]
    assert (last(corpus)["seen"], last(corpus)["complete"]) == (0, False)
    monkeypatch.delenv("TRACKER_TOKEN")
    assert corpus.land().missing["tracker"].startswith("TRACKER_TOKEN is not set")


def test_a_file_is_no_answer_of_an_api(tracker: Tracker, tmp_path: Path) -> None:
    file = tmp_path / "page.json"
    file.write_text("[]")
    with pytest.raises(SourceAbsent, match="tracker: it is asked, and reads no files"):
        land(SOURCE, ["tracker"], str(file), lambda _: None, lambda *_: None)
    assert not tracker.asked


def test_a_record_without_an_id_is_refused_and_its_neighbours_land(
    tracker: Tracker, corpus: Corpus
) -> None:
    tracker.put(2, "2025-03-02T10:00:00Z", id=None)
    corpus.land()
    assert corpus.rejects() == ["no_id"]
    assert last(corpus)["new"] == 4


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"path": "https://elsewhere.example/x"}, "a path below base_url"),
        ({"path": "tickets/{resources.a.id}"}, "a path below base_url"),
        ({"data_selector": "data[0]"}, "pattern"),
        ({"pages": 1}, "[Ee]xtra"),
    ],
    ids=["elsewhere", "hangs on another", "no plain path", "unknown key"],
)
def test_what_is_not_read_of_a_declaration_is_refused(changed: dict[str, Any], why: str) -> None:
    endpoint = {"path": "tickets"} | changed
    api = {"client": {"base_url": "http://x.example"},
           "resources": [{"name": "a", "endpoint": endpoint, "object": {"id": "id"}}]}  # fmt: skip
    with pytest.raises(ValidationError, match=why):
        CorpusSource.model_validate({"corpus_source": "a", "kind": "rest", "api": api})
    with pytest.raises(ValidationError, match="api: it is said of kind rest"):
        CorpusSource.model_validate({"corpus_source": "a", "kind": "rest"})

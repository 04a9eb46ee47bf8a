"""An API is asked at the host that is declared, and is asked anew for what was never asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from ingestion.knowledge.api import Api, Client, Endpoint
from ingestion.knowledge.declaration import CorpusSource
from ingestion.knowledge.deliveries import Delivery
from ingestion.knowledge.fetching import fetched
from tests.ingestion.knowledge.corpus import Corpus


@pytest.fixture
def elsewhere() -> Iterator[HTTPServer]:
    """Another server: the same address, another port."""
    with HTTPServer() as server:
        server.expect_request("/v1/tickets").respond_with_json([{"id": 2}])
        yield server


def api_of(url: str, **client: Any) -> dict[str, Any]:
    auth = {"type": "api_key", "name": "X-Key", "api_key": "${TRACKER_TOKEN}"}
    listed = {"name": "tickets", "endpoint": {"path": "tickets"}, "object": {"id": "id"}}
    return {"client": {"base_url": url, "auth": auth} | client, "resources": [listed]}


def asked(server: HTTPServer, folder: Path, **client: Any) -> Delivery:
    api = api_of(server.url_for("/v1/"), **client)
    source = CorpusSource.model_validate({"corpus_source": "tracker", "kind": "rest", "api": api})
    return fetched(source, folder / "pages", None)


@pytest.fixture(autouse=True)
def token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_TOKEN", "a-word-of-secrecy")


@pytest.mark.parametrize("told", ["link", "body", "found out"])
def test_a_next_page_at_another_host_is_not_asked_for(
    httpserver: HTTPServer, elsewhere: HTTPServer, tmp_path: Path, told: str
) -> None:
    url = elsewhere.url_for("/v1/tickets")
    body = [{"id": 1}] if told == "link" else {"items": [{"id": 1}], "next": url}
    headers = {"Link": f'<{url}>; rel="next"'} if told == "link" else {}
    httpserver.expect_request("/v1/tickets").respond_with_json(body, headers=headers)
    paginator = {
        "link": "header_link",
        "body": {"type": "json_link", "next_url_path": "next"},
        "found out": None,
    }
    delivery = asked(httpserver, tmp_path, paginator=paginator[told])
    assert elsewhere.log == []
    assert delivery.missing.startswith(
        f"tickets: page 2 cannot be used: it is at http://localhost:{elsewhere.port}, and only"
    )
    assert len(delivery.files) == 1


def test_a_redirect_is_followed_at_the_host_and_not_away_from_it(
    httpserver: HTTPServer, elsewhere: HTTPServer, tmp_path: Path
) -> None:
    target = {"Location": "/v1/tickets/"}
    httpserver.expect_request("/v1/tickets").respond_with_response(
        Response("moved", status=308, headers=target)
    )
    httpserver.expect_request("/v1/tickets/").respond_with_json([{"id": 1}])
    assert asked(httpserver, tmp_path).missing == ""
    target["Location"] = elsewhere.url_for("/v1/tickets")
    httpserver.clear()
    httpserver.expect_request("/v1/tickets").respond_with_response(
        Response("[]", status=307, headers=target)
    )
    assert f"it is at http://localhost:{elsewhere.port}" in asked(httpserver, tmp_path).missing
    assert elsewhere.log == []


def test_an_address_names_variables_and_never_their_values(
    httpserver: HTTPServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    httpserver.expect_request("/v1/tickets").respond_with_json([{"id": 1}])
    monkeypatch.setenv("TRACKER_URL", httpserver.url_for("/v1"))
    delivery = asked(httpserver, tmp_path, base_url="${TRACKER_URL}")
    assert delivery.missing == ""
    assert delivery.address == delivery.name
    assert delivery.name.startswith("${TRACKER_URL} 20")


def test_a_page_that_is_as_it_was_before_is_what_there_is_now(
    httpserver: HTTPServer, corpus: Corpus
) -> None:
    shown: list[dict[str, Any]] = []

    def answer(_: Request) -> Response:
        return Response(json.dumps(shown), content_type="application/json")

    httpserver.expect_request("/v1/tickets").respond_with_handler(answer)
    corpus.declare("tracker", "rest", api=api_of(httpserver.url_for("/v1/")))
    for name in ("first", "second", "first", "first"):
        shown[:] = [{"id": 1, "name": name}]
        corpus.land()
    changes = corpus.rows("select new, changed, unchanged from syncs order by exported_at")
    assert changes == [(1, 0, 0), (0, 1, 0), (0, 1, 0), (0, 0, 1)]


def test_a_list_that_is_new_is_asked_for_from_its_beginning(
    httpserver: HTTPServer, corpus: Corpus
) -> None:
    since: list[str | None] = []

    def answer(request: Request) -> Response:
        since.append(request.args.get("since"))
        shown = [{"id": 1, "changed": "2025-03-01T00:00:00Z"}]
        return Response(json.dumps(shown), content_type="application/json")

    for name in ("tickets", "epics"):
        httpserver.expect_request(f"/v1/{name}").respond_with_handler(answer)
    first = date(2024, 1, 1)  # as YAML reads one without quotation marks
    changes = {"start_param": "since", "cursor_path": "changed", "initial_value": first}
    api = api_of(httpserver.url_for("/v1/"))
    api["resources"][0]["endpoint"] |= {"incremental": changes, "params": {"until": date.max}}
    corpus.declare("tracker", "rest", api=api)
    corpus.land()
    corpus.declare("tracker", "rest", api=api, priority=3)
    corpus.land()
    assert since == ["2024-01-01", "2025-02-22T00:00:00Z"]
    added = {"path": "epics", "incremental": changes}
    api["resources"].append({"name": "epics", "endpoint": added, "object": {"id": "id"}})
    corpus.declare("tracker", "rest", api=api)
    corpus.land()
    corpus.land()
    assert since[2:] == ["2024-01-01", "2024-01-01", "2025-02-22T00:00:00Z", "2025-02-22T00:00:00Z"]


def test_a_page_without_any_list_is_refused(httpserver: HTTPServer, corpus: Corpus) -> None:
    httpserver.expect_request("/v1/tickets").respond_with_json("down for today")
    corpus.declare("tracker", "rest", api=api_of(httpserver.url_for("/v1/")))
    corpus.land()
    assert corpus.rejects() == ["bad_page"]
    assert corpus.rows("select complete, gone from syncs") == [(False, 0)]


@pytest.mark.parametrize(
    ("client", "why"),
    [
        ({"auth": {"type": "bearer", "token": "abc"}}, "auth: token"),
        ({"auth": {"type": "http_basic", "username": "jo", "password": "abc"}}, "auth: password"),
        ({"auth": {"type": "api_key", "name": "X-Key", "api_key": "abc"}}, "auth: api_key"),
        ({"headers": {"Authorization": "Bearer abc"}}, "headers: Authorization"),
        ({"headers": {"X-Api-Key": "abc"}}, "headers: X-Api-Key"),
        ({"headers": {"X-Auth": "abc"}}, "headers: X-Auth"),
        ({"auth": {"type": "http_basic", "username": "jo", "password": 123}}, "auth: password"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_secret_that_is_written_out_is_refused_since_declarations_land(
    client: dict[str, Any], why: str
) -> None:
    said = Client.model_validate({"base_url": "http://x.example", "headers": {"Accept": "json"}})
    assert said.max_wait_seconds == 120
    with pytest.raises(ValidationError, match=f"{why}: a secret is named by a variable") as told:
        Client.model_validate({"base_url": "http://x.example"} | client)
    assert "TRACKER_TOKEN" in str(told.value)


def test_a_secret_of_a_query_is_a_variable_too_and_other_words_are_not() -> None:
    with pytest.raises(ValidationError, match="params: api_key: a secret is named by a variable"):
        Endpoint.model_validate({"path": "x", "params": {"api_key": "abc"}})
    usable = {"api_key": "${TRACKER_TOKEN}", "sort_key": "updated", "max_tokens": 100}
    assert Endpoint.model_validate({"path": "x", "params": usable}).params == usable


def test_a_secret_has_its_value_when_it_is_asked_with(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_TOKEN", "word")
    auth = {"type": "bearer", "token": "${TRACKER_TOKEN}"}
    listed = {"name": "a", "endpoint": {"path": "a"}, "object": {"id": "id"}}
    api = Api.model_validate(
        {"client": {"base_url": "http://x.example", "auth": auth}, "resources": [listed]}
    )
    assert api.expanded().client.auth == {"type": "bearer", "token": "word"}
    assert api.client.auth == auth, "what lands names the variable"

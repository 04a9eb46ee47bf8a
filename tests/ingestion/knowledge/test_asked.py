"""Sources that say an endpoint: what lands of them, and what a later landing asks for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from ingestion.knowledge.asked import asked
from ingestion.knowledge.declaration import CorpusSource
from tests.ingestion.knowledge.corpus import Corpus

ISSUE = {
    "id": "uuid",
    "identifier": "CLA-1",
    "title": "One",
    "createdAt": "2025-03-03T10:00:00Z",
    "updatedAt": "2025-03-03T10:00:00Z",
    "url": "https://linear.app/x/issue/CLA-1",
}


def test_a_later_landing_goes_on_where_the_last_good_one_began(
    corpus: Corpus, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    questions: list[dict[str, Any]] = []
    bad: list[Response] = []

    def answer(request: Request) -> Response:
        questions.append(request.json["variables"]["filter"])
        if bad:
            return bad.pop()
        page = {"nodes": [ISSUE], "pageInfo": {"hasNextPage": False}}
        said = {"data": {"issues": page}}
        return Response(json.dumps(said), content_type="application/json")

    httpserver.expect_request("/graphql").respond_with_handler(answer)
    monkeypatch.setenv("KNOWLEDGE_LOOKBACK_DAYS", "2")
    monkeypatch.setenv("LINEAR_BASE_URL", httpserver.url_for("/"))
    corpus.declare("work", "linear", endpoint="https://api.linear.app", location=[])
    assert corpus.land().missing["work"].startswith("LINEAR_API_KEY is not set")
    monkeypatch.setenv("LINEAR_API_KEY", "a-word-of-secrecy")
    corpus.land()
    bad.append(Response('{"errors": [{"message": "down"}]}'))
    assert "down" in corpus.land().failed[0]
    corpus.land()
    syncs = corpus.rows("select mode, complete, error is null, cursor_to from syncs"
                        " order by exported_at")  # fmt: skip
    assert [row[:3] for row in syncs] == [
        ("full", True, True), ("incremental", False, False), ("incremental", False, True),
    ]  # fmt: skip
    since = corpus.rows("select min(exported_at) - interval 2 day from syncs")[0][0]
    told = {"updatedAt": {"gte": f"{since:%Y-%m-%dT%H:%M:%S.000Z}"}}
    assert questions == [{}, told, told]
    rows = corpus.rows("select native_id, kind, locator, count(*) from sightings group by all")
    assert rows == [("uuid", "issue", "/data/issues/nodes/0", 2)]
    (declared,) = set(corpus.rows("select declaration from declarations"))
    assert "a-word-of-secrecy" not in declared[0]


def test_a_first_load_and_a_backfill_are_bounded(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    questions: list[dict[str, Any]] = []

    def answer(request: Request) -> Response:
        questions.append(request.json["variables"]["filter"])
        page = {"nodes": [], "pageInfo": {"hasNextPage": False}}
        return Response(json.dumps({"data": {"issues": page}}))

    httpserver.expect_request("/graphql").respond_with_handler(answer)
    monkeypatch.setenv("LINEAR_API_KEY", "word")
    said = {"corpus_source": "a", "kind": "linear", "endpoint": httpserver.url_for("/")}
    source = CorpusSource.model_validate(said | {"since": "2024-01-01"})
    assert asked(source, tmp_path / "pages", is_whole=False).cursor_to
    monkeypatch.setenv("SLUICE_KNOWLEDGE_TO", "2023-06-01")
    assert asked(source, tmp_path / "pages", is_whole=False).cursor_to == ""
    assert questions == [
        {"updatedAt": {"gte": "2024-01-01T00:00:00.000Z"}},
        {"updatedAt": {"lt": "2023-06-01T00:00:00.000Z"}},
    ]
    monkeypatch.setenv("SLUICE_KNOWLEDGE_FROM", "soon")
    with pytest.raises(ValueError, match="FROM=soon is no day; write it as 2025-03-17"):
        asked(source, tmp_path / "pages", is_whole=False)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (
            {"kind": "logs", "endpoint": "https://x.example"},
            "endpoint: it is said of notion, slack",
        ),
        ({"kind": "notion", "endpoint": "https://x.example", "location": "a"}, "in place of"),
        ({"kind": "notion", "endpoint": "x.example"}, "starts with http"),
        ({"kind": "notion", "location": "a", "secret": "NOTION_TOKEN"}, "secret: the name"),
        ({"kind": "notion", "endpoint": "https://x.example", "secret": "ntn_abc"}, "secret: the"),
        ({"kind": "notion", "location": "a", "since": "2024-01-01"}, "since: it is said of an API"),
        ({"kind": "slack"}, "location: this key is missing"),
    ],
)
def test_an_endpoint_that_cannot_be_meant_is_refused(said: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        CorpusSource.model_validate({"corpus_source": "a"} | said)

"""Linear's GraphQL API, spoken by a server on this machine with its budget of points."""

from __future__ import annotations

import csv
import io
import json
import re
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from tests.ingestion.knowledge.exported import written
from tests.ingestion.knowledge.providers.asked_apart import asked, exported, said_of


def issue(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": f"uuid-{number}", "identifier": f"CLA-{number}", "title": f"Issue {number}",
        "description": "Two\nlines, \"quoted\"", "url": f"https://linear.app/claw/issue/CLA-{number}/x",
        "priorityLabel": "High", "estimate": 5, "createdAt": "2022-08-23T13:54:01.000Z",
        "updatedAt": "2023-02-11T01:51:47.000Z", "dueDate": "2023-02-28", "archivedAt": None,
        "trashed": None, "team": {"key": "CLA", "name": "Claw"}, "state": {"name": "Todo"},
        "creator": {"name": "Ada", "email": "ada@x.example"}, "assignee": None,
        "project": {"id": "p", "name": "Alpha"}, "parent": None,
        "cycle": {"number": 1, "name": "Cycle 1", "startsAt": "2023-02-06T05:00:00.000Z",
                  "endsAt": "2023-02-20T05:00:00.000Z"},
        "labels": [{"name": "Bug"}, {"name": "Slow"}], "comments": [],
    } | more  # fmt: skip


class Linear:
    """Issues; a query costs one point per issue, label and comment that it may bring."""

    def __init__(self, server: HTTPServer) -> None:
        self.url = server.url_for("/")
        self.issues = [issue(number) for number in range(1, 4)]
        self.asked: list[dict[str, Any]] = []
        self.bad: list[Response] = []
        self.budget = 10_000
        server.expect_request("/graphql", method="POST").respond_with_handler(self.answer)

    def answer(self, request: Request) -> Response:
        assert request.headers["Authorization"] == "lin_api_word"
        query, said = request.json["query"], request.json["variables"]
        # a list that is not bounded counts as 50
        assert re.findall(r"\b(?:labels|comments|issues)(?!\()\s*\{", query) == []
        self.asked.append(said)
        if self.bad:
            return self.bad.pop(0)
        if "id" in said:
            (found,) = [one for one in self.issues if one["id"] == said["id"]]
            name = "comments" if "comments" in query else "labels"
            return data({"issue": {name: connection(found[name], said["after"], 50)}})
        if "includeArchived: true" not in query:
            return data({"issues": connection([], None, 1)})
        inner = sum(map(int, re.findall(r"(?:labels|comments)\(first: (\d+)", query)))
        if said["first"] * (1 + inner) > self.budget:
            return errors("Query too complex", "COMPLEXITY", 400)
        since = said["filter"].get("updatedAt", {}).get("gte", "")
        found = [dict(one) for one in self.issues if one["updatedAt"] >= since]
        for one in found:
            one |= {name: connection(one[name], None, 25) for name in ("labels", "comments")}
        return data({"issues": connection(found, said["after"], said["first"])})


def connection(found: list[Any], after: str | None, first: int) -> dict[str, Any]:
    at = int(after or 0)
    more = at + first < len(found)
    return {"nodes": found[at : at + first],
            "pageInfo": {"hasNextPage": more, "endCursor": str(at + first)}}  # fmt: skip


def data(said: dict[str, Any], **more: Any) -> Response:
    return Response(json.dumps({"data": said} | more), content_type="application/json")


def errors(told: str, code: str, status: int = 200, **headers: str) -> Response:
    said = {"data": None, "errors": [{"message": told, "extensions": {"code": code}}]}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(json.dumps(said), status, headers=named, content_type="application/json")


@pytest.fixture
def linear(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> Linear:
    monkeypatch.setenv("LINEAR_API_KEY", "lin_api_word")
    monkeypatch.delenv("LINEAR_BASE_URL", raising=False)
    return Linear(httpserver)


def test_an_issue_that_is_fetched_says_what_one_that_is_exported_says(
    linear: Linear, tmp_path: Path
) -> None:
    day = "{} GMT+0000 (GMT)"
    row = {
        "ID": "CLA-1", "Team": "Claw", "Title": "Issue 1",
        "Description": "Two\nlines, \"quoted\"", "Status": "Todo", "Estimate": "5",
        "Priority": "High", "Project": "Alpha", "Creator": "ada@x.example", "Assignee": "",
        "Labels": "Bug, Slow", "Cycle Number": "1", "Cycle Name": "Cycle 1",
        "Cycle Start": day.format("Mon Feb 06 2023 05:00:00"),
        "Cycle End": day.format("Mon Feb 20 2023 05:00:00"),
        "Created": day.format("Tue Aug 23 2022 13:54:01"),
        "Updated": day.format("Sat Feb 11 2023 01:51:47"), "Archived": "",
        "Due Date": day.format("Tue Feb 28 2023 00:00:00"), "Parent issue": "",
    }  # fmt: skip
    target = io.StringIO()
    writer = csv.DictWriter(target, list(row))
    writer.writeheader()
    writer.writerow(row)
    place = written(tmp_path / "export", {"linear.csv": target.getvalue()})
    (by_file,) = exported("linear", place, tmp_path).documents().values()
    linear.issues = linear.issues[:1]
    (by_api,) = asked("linear", linear.url, tmp_path).documents().values()
    assert said_of(by_api) | {"native_id": "CLA-1"} == said_of(by_file)
    assert by_api["uri"] == "https://linear.app/claw/issue/CLA-1"
    assert by_api["created_at"] == by_file["created_at"]


def test_a_query_that_is_too_dear_is_halved_and_goes_on(linear: Linear, tmp_path: Path) -> None:
    linear.issues = [issue(number) for number in range(1, 31)]
    linear.budget = 700  # 12 issues with 51 points each, and no more
    found = asked("linear", linear.url, tmp_path)
    assert [said["first"] for said in linear.asked] == [50, 25, 12, 12, 12]
    assert (len(found.seen), found.delivery.missing) == (30, "")


def test_all_comments_of_an_issue_are_there_the_first_one_first(
    linear: Linear, tmp_path: Path
) -> None:
    said = [{"id": str(one), "body": f"Comment {one:03}.", "user": {"name": "Ada"},
             "createdAt": f"2023-02-{1 + one // 24:02}T{one % 24:02}:00:00.000Z"}
            for one in range(130)]  # fmt: skip
    linear.issues = [issue(1, comments=said[::-1])]
    (document,) = asked("linear", linear.url, tmp_path).documents().values()
    assert re.findall(r"Comment (\d+)\.", document["text"]) == [f"{one:03}" for one in range(130)]
    assert "## Comments\n\n**Ada** (2023-02-01 00:00): Comment 000." in document["text"]


def test_errors_beside_data_fail_the_sync_and_delete_nothing(
    linear: Linear, tmp_path: Path
) -> None:
    state: dict[str, str] = {}
    asked("linear", linear.url, tmp_path, state)
    before = dict(state)
    half = {"issues": connection(linear.issues[:1], None, 1)}
    linear.bad = [data(half, errors=[{"message": "half of it is missing"}])]
    found = asked("linear", linear.url, tmp_path, state)
    assert found.delivery.missing == "graphql was answered with status 200: half of it is missing"
    assert (found.sync.counts["gone"], found.sync.is_complete, state) == (0, False, before)


def test_archived_issues_stay_and_what_is_in_the_trash_or_listed_no_more_is_gone(
    linear: Linear, tmp_path: Path
) -> None:
    state: dict[str, str] = {}
    asked("linear", linear.url, tmp_path, state)
    linear.issues = [issue(1, archivedAt="2023-03-01T00:00:00.000Z"), issue(2, trashed=True)]
    found = asked("linear", linear.url, tmp_path, state)
    assert [one.state for one in found.seen] == ["archived", "deleted"]
    assert (found.delivery.mode, found.sync.counts["gone"], len(state)) == ("full", 1, 1)


def test_only_what_was_updated_since_is_asked_for(linear: Linear, tmp_path: Path) -> None:
    linear.issues[1]["updatedAt"] = "2023-03-05T00:00:00.000Z"
    found = asked("linear", linear.url, tmp_path, since=datetime(2023, 3, 1))
    assert linear.asked[0]["filter"] == {"updatedAt": {"gte": "2023-03-01T00:00:00.000Z"}}
    assert [one.native_id for one in found.seen] == ["uuid-2"]
    assert found.delivery.mode == "incremental"


def test_a_key_that_asked_too_much_waits_until_it_may_ask_again(
    linear: Linear, tmp_path: Path
) -> None:
    for ahead, missing, requests in ((0, "", 2), (3600, "asks for a wait of 3,", 1)):
        reset = str(int((time.time() + ahead) * 1000))
        linear.bad = [errors("Too many", "RATELIMITED", 400, X_RateLimit_Requests_Reset=reset)]
        delivery = asked("linear", linear.url, tmp_path).delivery
        assert missing in delivery.missing and bool(missing) == bool(delivery.missing)
        assert delivery.requests == requests

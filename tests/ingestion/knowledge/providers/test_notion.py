"""Notion's API, spoken by a server on this machine as its reference has it."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from tests.ingestion.knowledge.exported import written
from tests.ingestion.knowledge.providers.asked_apart import Found, asked, exported, said_of

HOME, ROW, BASE, SOURCE = (f"{digit}0000000-0000-4000-8000-000000000001" for digit in "1234")
EDITED = "2025-03-03T10:00:00.000Z"


def text(content: str) -> list[dict[str, Any]]:
    return [{"type": "text", "plain_text": content, "annotations": {}, "href": None}]


def block(name: str, kind: str, said: str | None = None, **more: Any) -> dict[str, Any]:
    inner = {} if said is None else {"rich_text": text(said)}
    return {"object": "block", "id": name, "type": kind, "has_children": False, kind: inner} | more


def page(native_id: str, title: str, parent: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return a page; more properties of it are given as `values`."""
    values = {"Name": {"id": "title", "type": "title", "title": text(title)}}
    return {
        "object": "page", "id": native_id, "created_time": "2025-01-01T08:00:00.000Z",
        "last_edited_time": EDITED, "in_trash": False, "archived": False, "parent": parent,
        "properties": values | more.pop("values", {}),
    } | more  # fmt: skip


class Notion:
    """A workspace; lists come in pages of 100, children of a block by its id."""

    def __init__(self, server: HTTPServer) -> None:
        self.url = server.url_for("/")
        self.pages: dict[str, dict[str, Any]] = {}
        self.rows: list[dict[str, Any]] = []
        self.blocks: dict[str, list[dict[str, Any]]] = {}
        self.asked: list[tuple[str, str]] = []
        self.bad: dict[str, list[Response]] = {}  # by path: answered instead, in order
        server.expect_request("/v1/search", method="POST").respond_with_handler(self.search)
        server.expect_request(f"/v1/data_sources/{SOURCE}/query").respond_with_handler(self.query)
        for name in (HOME, ROW, "toggle", "inner", "deep", "copy", "original", "columns", "left"):
            path = f"/v1/blocks/{name}/children"
            server.expect_request(path).respond_with_handler(self.children)

    def search(self, request: Request) -> Response:
        kind = request.json["filter"]["value"]
        assert request.json["sort"]["direction"] == "descending"
        listed = list(self.pages.values()) if kind == "page" else [
            {"object": "data_source", "id": SOURCE, "title": text("Services"),
             "parent": {"type": "database_id", "database_id": BASE},
             "database_parent": {"type": "page_id", "page_id": HOME},
             "properties": {"Tier": {"type": "number"}, "Name": {"type": "title"}}}
        ]  # fmt: skip
        return self.listed(request, sorted(listed, key=_edited, reverse=True))

    def query(self, request: Request) -> Response:
        return self.listed(request, self.rows)

    def children(self, request: Request) -> Response:
        return self.listed(request, self.blocks.get(request.path.split("/")[3], []))

    def listed(self, request: Request, found: list[Any]) -> Response:
        assert request.headers["Authorization"] == "Bearer word"
        assert request.headers["Notion-Version"] == "2025-09-03"
        self.asked.append((request.method, request.path))
        if bad := self.bad.get(request.path):
            return bad.pop(0)
        said = request.json if request.method == "POST" else dict(request.args)
        at, size = int(said.get("start_cursor") or 0), int(said["page_size"])
        more = at + size < len(found)
        return answer({"object": "list", "results": found[at : at + size], "has_more": more,
                       "next_cursor": str(at + size) if more else None,
                       "request_id": str(len(self.asked))})  # fmt: skip


def _edited(record: dict[str, Any]) -> str:
    return str(record.get("last_edited_time", ""))


def answer(said: Any, status: int = 200, **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(json.dumps(said), status, headers=named, content_type="application/json")


def refused(status: int, code: str) -> Response:
    return answer({"object": "error", "status": status, "code": code, "message": "no"}, status)


@pytest.fixture
def notion(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> Notion:
    monkeypatch.setenv("NOTION_TOKEN", "word")
    monkeypatch.delenv("NOTION_BASE_URL", raising=False)
    found = Notion(httpserver)
    top, row = {"type": "workspace"}, {"type": "data_source_id", "data_source_id": SOURCE}
    found.pages[HOME] = page(HOME, "Home", top)
    tier = {"Tier": {"id": "t", "type": "number", "number": 2}}
    found.rows = [page(ROW, "atlas", row, values=tier, last_edited_time="2025-03-05T10:00:00Z")]
    return found


def native(name: str) -> str:
    return name.replace("-", "")


def test_every_block_is_there_in_its_order_whatever_it_lies_in(
    notion: Notion, tmp_path: Path
) -> None:
    many = [block(f"p{number}", "paragraph", f"Line {number}.") for number in range(250)]
    notion.blocks = {
        HOME: [
            *many,
            block("toggle", "toggle", "More", has_children=True),
            block("columns", "column_list", has_children=True),
            block("original", "synced_block", has_children=True,
                  synced_block={"synced_from": None}),
            block("copy", "synced_block", has_children=True,
                  synced_block={"synced_from": {"block_id": "original"}}),
        ],
        "toggle": [block("inner", "bulleted_list_item", "Second level", has_children=True)],
        "inner": [block("deep", "to_do", "Third level", to_do={
            "rich_text": text("Third level"), "checked": True})],
        "columns": [block("left", "column", has_children=True)],
        "left": [block("l", "paragraph", "In a column.")],
        "original": [block("o", "paragraph", "Said once.")],
        "copy": [block("o", "paragraph", "Said once.")],
    }  # fmt: skip
    document = asked("notion", notion.url, tmp_path).documents()[native(HOME)]
    lines = document["text"].split("\n\n")
    assert lines[1:251] == [f"Line {number}." for number in range(250)]
    assert lines[251:] == [
        "- More\n    - Second level\n        - [x] Third level",
        "In a column.",
        "Said once.",
        "[synced block](https://www.notion.so/original)",
    ]


def test_a_page_that_is_fetched_says_what_one_that_is_exported_says(
    notion: Notion, tmp_path: Path
) -> None:
    notion.blocks[ROW] = [
        block("h", "heading_2", "Facts"),
        block("a", "bulleted_list_item", "Owned by Ada."),
        block("b", "bulleted_list_item", "Runs on iris."),
        block("c", "code", code={"rich_text": text("a = 1"), "language": "python"}),
        block("d", "quote", "Never on Friday."),
    ]
    export = written(tmp_path / "export", {
        f"Home {native(HOME)}.md": "# Home\n",
        f"Services {native(BASE)}.csv": "Name,Tier\natlas,2\n",
        f"Services {native(BASE)}/atlas {native(ROW)}.md":
            "# atlas\n\nTier: 2\n\n## Facts\n\n- Owned by Ada.\n- Runs on iris.\n\n"
            "```python\na = 1\n```\n\n> Never on Friday.\n",
    })  # fmt: skip
    by_file = exported("notion", export, tmp_path)
    by_api = asked("notion", notion.url, tmp_path)
    told = {name: said_of(one) for name, one in by_file.documents().items()}
    assert {name: said_of(one) for name, one in by_api.documents().items()} == told
    for one in by_api.seen:
        same = by_file.of(one.native_id)
        assert (one.uri, one.kind, one.title) == (same.uri, same.kind, same.title)
    assert by_api.of(native(ROW)).parent == by_file.of(native(ROW)).parent == native(BASE)


def test_a_page_that_is_not_ours_is_forbidden_and_stays_as_it_was(
    notion: Notion, tmp_path: Path
) -> None:
    state: dict[str, str] = {}
    asked("notion", notion.url, tmp_path, state)
    before, path = dict(state), f"/v1/blocks/{HOME}/children"
    notion.bad[path] = [refused(404, "object_not_found")]
    found = asked("notion", notion.url, tmp_path, state)
    assert (found.of(native(HOME)).state, found.sync.counts["forbidden"]) == ("forbidden", 1)
    assert (found.sync.counts["gone"], found.sync.error, state) == (0, None, before)


def test_what_changes_by_itself_is_no_change(notion: Notion, tmp_path: Path) -> None:
    state: dict[str, str] = {}

    def picture(signed: str) -> dict[str, Any]:
        url = {"url": f"https://files.example/a.png?sig={signed}", "expiry_time": signed}
        return block("i", "image", image={"type": "file", "file": url, "caption": []})

    for number in range(2):
        notion.blocks[HOME] = [picture(str(number))]
        notion.pages[HOME]["last_edited_time"] = f"2025-03-0{number + 3}T10:00:00.000Z"
        found = asked("notion", notion.url, tmp_path, state)
    assert (found.sync.counts["changed"], found.sync.counts["unchanged"]) == (0, 3)
    assert "sig" not in found.documents()[native(HOME)]["text"]


def test_only_what_was_edited_since_is_asked_for_and_nothing_is_gone(
    notion: Notion, tmp_path: Path
) -> None:
    state: dict[str, str] = {}
    asked("notion", notion.url, tmp_path, state)
    notion.asked.clear()
    since = datetime(2025, 3, 4)
    found = asked("notion", notion.url, tmp_path, state, since=since)
    assert [path for _, path in notion.asked if "blocks" in path] == [f"/v1/blocks/{ROW}/children"]
    assert (found.delivery.mode, found.sync.is_complete) == ("incremental", False)
    assert found.sync.row["cursor_to"] == found.delivery.exported_at.isoformat()


def test_what_is_in_the_trash_or_listed_no_more_is_gone(notion: Notion, tmp_path: Path) -> None:
    state: dict[str, str] = {}
    asked("notion", notion.url, tmp_path, state)
    notion.pages[HOME]["in_trash"] = True
    notion.rows = []
    found = asked("notion", notion.url, tmp_path, state)
    assert found.of(native(HOME)).state == "deleted"
    assert (found.sync.counts["gone"], len(state)) == (1, 1)


def test_a_refusal_for_now_is_waited_for_and_a_lost_cursor_begins_anew(
    notion: Notion, tmp_path: Path
) -> None:
    notion.blocks[HOME] = [block(f"p{one}", "paragraph", f"Line {one}.") for one in range(150)]
    path = f"/v1/blocks/{HOME}/children"
    later = answer({"object": "error", "code": "rate_limited"}, 429, Retry_After="0")
    first = answer({"results": notion.blocks[HOME][:100], "has_more": True, "next_cursor": "x"})
    notion.bad[path] = [later, first, refused(400, "validation_error")]
    found = asked("notion", notion.url, tmp_path)
    assert (found.delivery.missing, found.delivery.retries) == ("", 1)
    text_ = found.documents()[native(HOME)]["text"]
    assert text_.count("Line 0.") == 1 and "Line 149." in text_


def broken(notion: Notion, tmp_path: Path, said: Response) -> Found:
    state: dict[str, str] = {}
    asked("notion", notion.url, tmp_path, state)
    before = dict(state)
    notion.bad["/v1/search"] = [said] * 2
    found = asked("notion", notion.url, tmp_path, state)
    assert (found.sync.is_complete, found.sync.counts["gone"]) == (False, 0)
    assert state == before
    return found


def test_a_sync_that_breaks_deletes_nothing_and_tells_no_token(
    notion: Notion, tmp_path: Path
) -> None:
    said = answer({"object": "error", "code": "unauthorized", "message": "token word"}, 401)
    error = broken(notion, tmp_path, said).delivery.missing
    assert error == "v1/search was answered with status 401: unauthorized: token ***"


def test_who_asks_for_more_patience_than_there_is_is_asked_next_time(
    notion: Notion, tmp_path: Path
) -> None:
    error = broken(notion, tmp_path, answer({}, 429, Retry_After="3600")).delivery.missing
    assert error == "it asks for a wait of 3,600 s; it is asked next time"


@pytest.mark.parametrize("name", ["../../outside", "x" * 300])
def test_an_id_never_leads_a_file_elsewhere(notion: Notion, tmp_path: Path, name: str) -> None:
    notion.pages = {name: page(name, "Odd", {"type": "workspace"}, in_trash=True)}
    missing = asked("notion", notion.url, tmp_path).delivery.missing
    assert missing.startswith("an id that cannot be the name of a file: 'pages/")
    assert not list(tmp_path.rglob("outside*"))


def test_a_backfill_asks_between_two_days_and_moves_no_cursor(
    notion: Notion, tmp_path: Path
) -> None:
    bounds = {"since": datetime(2025, 3, 3), "until": datetime(2025, 3, 4)}
    found = asked("notion", notion.url, tmp_path, **bounds)
    assert {one.native_id for one in found.seen if one.kind == "page"} == {native(HOME)}
    assert found.sync.row["cursor_to"] is None and found.delivery.mode == "incremental"

"""Slack's Web API, spoken by a server on this machine as its reference has it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from tests.ingestion.knowledge.corpus import message
from tests.ingestion.knowledge.exported import written
from tests.ingestion.knowledge.providers.asked_apart import asked, exported, said_of

BEGUN = 1741000000  # 2025-03-03 11:06:40 UTC
USER = {"id": "U1", "name": "ada", "profile": {"real_name": "Ada Byron"}}
GENERAL = {"id": "C1", "name": "general", "is_channel": True, "is_member": True}
CLOSED = {"id": "C2", "name": "closed", "is_channel": True, "is_member": False}


def ts(minute: int) -> str:
    return f"{BEGUN + 60 * minute}.000007"


class Slack:
    """A workspace of one channel that is ours; lists come two a page."""

    def __init__(self, server: HTTPServer) -> None:
        self.url = server.url_for("/")
        self.users, self.channels = [USER], [GENERAL, CLOSED]
        self.talk: dict[str, dict[str, Any]] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.bad: dict[str, list[Response]] = {}  # by method: answered instead, in order
        for name in ("users.list", "conversations.list", "conversations.members",
                     "conversations.history", "conversations.replies"):  # fmt: skip
            server.expect_request(f"/api/{name}").respond_with_handler(self.answer)

    def say(self, minute: int, content: str, root: int | None = None, **more: Any) -> None:
        thread = {} if root is None else {"thread_ts": ts(root)}
        self.talk[ts(minute)] = message(ts(minute), content, **thread) | more

    def answer(self, request: Request) -> Response:
        assert request.headers["Authorization"] == "Bearer word"
        method, said = request.path.rpartition("/")[2], dict(request.args)
        self.asked.append((method, said))
        if bad := self.bad.get(method):
            return bad.pop(0)
        if method == "users.list":
            return page(said, "members", self.users)
        if method == "conversations.list":
            return page(said, "channels", [dict(one) for one in self.channels])
        if method == "conversations.members":
            return page(said, "members", ["U1"])
        assert said["channel"] == "C1"
        listed = sorted(self.talk.values(), key=lambda one: one["ts"])
        if method == "conversations.replies":
            return page(said, "messages",
                        [one for one in listed if one.get("thread_ts") == said["ts"]])  # fmt: skip
        listed = [one for one in listed if float(one["ts"]) >= float(said.get("oldest", 0))
                  and (one.get("thread_ts", one["ts"]) == one["ts"]
                       or one.get("subtype") == "thread_broadcast")]  # fmt: skip
        return page(said, "messages", listed[::-1])


def page(said: dict[str, str], name: str, found: list[Any]) -> Response:
    at = int(said.get("cursor") or 0)
    following = str(at + 2) if at + 2 < len(found) else ""
    return ok({name: found[at : at + 2], "response_metadata": {"next_cursor": following}})


def ok(said: dict[str, Any]) -> Response:
    return Response(json.dumps({"ok": True} | said), content_type="application/json")


def error(code: str) -> Response:
    return Response(json.dumps({"ok": False, "error": code}), content_type="application/json")


@pytest.fixture
def slack(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> Slack:
    monkeypatch.setenv("SLACK_TOKEN", "word")
    monkeypatch.delenv("SLACK_BASE_URL", raising=False)
    found = Slack(httpserver)
    found.say(0, "Who owns <#C1|x>?", root=0, reply_count=3, user="U1")
    found.say(1, "<@U1> does", root=0)
    found.say(2, "For all to see", root=0, subtype="thread_broadcast")
    found.say(3000, "Since Monday &amp;lt;3", root=0)
    for minute in (10, 20, 30):
        found.say(minute, f"Talk at {minute}")
    return found


def test_messages_and_threads_are_those_of_an_export(slack: Slack, tmp_path: Path) -> None:
    days: dict[str, list[Any]] = {}
    for one in slack.talk.values():
        day = datetime.fromtimestamp(float(one["ts"]), UTC).date()
        days.setdefault(f"general/{day}.json", []).append(one)
    lists = {"users.json": slack.users,
             "channels.json": [GENERAL | {"members": ["U1"]}, CLOSED]}  # fmt: skip
    files = {name: json.dumps(content) for name, content in (lists | days).items()}
    by_file = exported("slack", written(tmp_path / "export", files), tmp_path)
    by_api = asked("slack", slack.url, tmp_path)
    assert not by_api.refused and not by_api.delivery.missing
    told = {name: said_of(one) for name, one in by_file.documents().items()}
    assert {name: said_of(one) for name, one in by_api.documents().items()} == told
    (thread,) = [one["text"] for one in told.values() if one["kind"] == "thread"]
    assert "@Ada Byron does" in thread and "Since Monday &lt;3" in thread
    assert thread.count("For all to see") == 1
    for one in by_file.seen:
        same = by_api.of(one.native_id)
        assert (same.uri, same.part_of, same.title) == (one.uri, one.part_of, one.title)


def test_a_later_sync_asks_from_a_moment_on_and_for_threads_that_went_on(
    slack: Slack, tmp_path: Path
) -> None:
    since = datetime.fromtimestamp(BEGUN - 60, UTC).replace(tzinfo=None)
    state: dict[str, str] = {}
    asked("slack", slack.url, tmp_path, state)
    slack.say(4000, "Late word", root=0)
    slack.talk[ts(10)]["edited"] = {"user": "U1", "ts": ts(4001)}
    slack.talk[ts(10)]["text"] = "Talk at ten"
    del slack.talk[ts(20)]
    slack.asked.clear()
    found = asked("slack", slack.url, tmp_path, state, since=since)
    (history,) = [said for method, said in slack.asked
                  if method == "conversations.history" and "cursor" not in said]  # fmt: skip
    assert history["oldest"] == f"{BEGUN - 60}.000000"
    counts = found.sync.counts
    assert (counts["new"], counts["changed"], counts["gone"]) == (1, 1, 0)
    assert found.delivery.mode == "incremental"


def test_a_whole_list_says_what_is_gone_only_where_the_source_is_said_to_be_complete(
    slack: Slack, tmp_path: Path
) -> None:
    for complete, gone in ((False, 0), (True, 1)):
        state: dict[str, str] = {}
        slack.say(20, "Talk at 20")
        asked("slack", slack.url, tmp_path, state, complete=complete)
        del slack.talk[ts(20)]
        counts = asked("slack", slack.url, tmp_path, state, complete=complete).sync.counts
        assert (counts["changed"], counts["gone"]) == (0, gone)


def test_a_tombstone_is_a_deletion(slack: Slack, tmp_path: Path) -> None:
    slack.say(10, "This message was deleted.", subtype="tombstone", hidden=True)
    assert asked("slack", slack.url, tmp_path).of(f"C1/{ts(10)}").state == "deleted"


def test_channels_that_are_not_ours_are_named_and_not_read(slack: Slack, tmp_path: Path) -> None:
    slack.bad["conversations.history"] = [error("not_in_channel")]
    state = {"earlier": "hash"}
    found = asked("slack", slack.url, tmp_path, state, complete=True)
    assert {one.kind for one in found.seen} == {"user", "channel"}
    assert (found.delivery.missing, found.sync.counts["gone"]) == ("", 0)
    (refused,) = found.refused
    assert (refused.place, refused.reason, found.sync.error) == ("messages/C1", "forbidden", None)
    assert refused.error.endswith("not_in_channel")


def test_kinds_of_channels_that_we_may_not_list_are_not_asked_for(
    slack: Slack, tmp_path: Path
) -> None:
    slack.bad["conversations.list"] = [error("missing_scope"), error("missing_scope")]
    found = asked("slack", slack.url, tmp_path)
    types = [said["types"] for method, said in slack.asked if method == "conversations.list"]
    assert types == ["public_channel,private_channel,mpim,im", "public_channel,private_channel",
                     "public_channel"]  # fmt: skip
    assert found.delivery.missing == ""


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ([error("invalid_auth")], "api/users.list was answered with status 200: invalid_auth"),
        ([Response("<html>", 200)], "api/users.list was answered with what is no JSON"),
    ],
)
def test_an_answer_of_status_200_may_be_none(
    slack: Slack, tmp_path: Path, bad: list[Response], why: str
) -> None:
    slack.bad["users.list"] = bad
    found = asked("slack", slack.url, tmp_path)
    assert (found.delivery.missing, found.sync.is_complete) == (why, False)


def test_a_wait_that_is_asked_for_is_kept_and_a_lost_cursor_begins_anew(
    slack: Slack, tmp_path: Path
) -> None:
    first = page({}, "messages", sorted(slack.talk.values(), key=lambda one: one["ts"])[::-1])
    later = Response("later", 429, headers={"Retry-After": "0"})
    slack.bad["conversations.history"] = [later, first, error("invalid_cursor")]
    found = asked("slack", slack.url, tmp_path)
    assert (found.delivery.missing, found.delivery.retries) == ("", 1)
    assert len({one.native_id for one in found.seen if one.kind == "message"}) == 7


def test_a_backfill_asks_between_two_moments(slack: Slack, tmp_path: Path) -> None:
    since, until = (datetime.fromtimestamp(BEGUN + at, UTC).replace(tzinfo=None)
                    for at in (0, 900))  # fmt: skip
    asked("slack", slack.url, tmp_path, since=since, until=until)
    (history,) = [said for method, said in slack.asked
                  if method == "conversations.history" and "cursor" not in said]  # fmt: skip
    assert (history["oldest"], history["latest"]) == (f"{BEGUN}.000000", f"{BEGUN + 900}.000000")

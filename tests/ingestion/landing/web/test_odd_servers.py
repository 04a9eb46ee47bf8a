"""Servers that do as none should: what they send stays with them, and is said."""

from __future__ import annotations

import pytest

from tests.ingestion.landing.web.fetching import ask, fetched, one
from tests.ingestion.landing.web.local_web import LocalWeb, Reply, Request

BROKEN_COOKIE = 'a="\xe9;;;expires=never'  # no header can hold it again


def test_a_cookie_changes_nothing_of_what_is_asked_next(web: LocalWeb) -> None:
    for path, cookie in (("/1", BROKEN_COOKIE), ("/2", "seen=1"), ("/3", "seen=2")):
        web.say("a.example", path, Reply(b"x", headers={"Set-Cookie": cookie}))
    found = fetched(web, *(ask(f"http://a.example/{n}") for n in (1, 2, 3)))
    assert [answer.status for answer in found] == ["ok"] * 3
    assert not any("cookie" in request.headers for request in web.log)


def test_a_host_that_leads_in_a_circle_until_its_cookie_comes_back_is_read(web: LocalWeb) -> None:
    def wall(request: Request) -> Reply:
        if "seen=1" in request.headers.get("cookie", ""):
            return Reply(b"right")
        return Reply(status=302, headers={"Set-Cookie": "seen=1", "Location": "/x"})

    web.routes["a.example", "/x"] = wall
    assert one(web, "http://a.example/x").content == b"right"
    # what one host sets is not sent to another
    to_other = {"Set-Cookie": "own=1", "Location": f"http://b.example:{web.port}/x"}
    web.say("a.example", "/y", Reply(status=302, headers=to_other))
    web.say("b.example", "/x", Reply(b"x"))
    assert one(web, "http://a.example/y").status == "ok"
    assert "cookie" not in web.asked("b.example")[0].headers


@pytest.mark.parametrize(
    "target", ["http://[::1", "http://b.example:99999/", "mailto:a@b.example", "file:///etc/hosts"]
)
def test_a_redirect_to_what_is_no_address_holds_up_no_other(web: LocalWeb, target: str) -> None:
    web.say("a.example", "/r", Reply(status=301, headers={"Location": target}))
    web.say("b.example", "/x", Reply(b"x"))
    bad, good = fetched(web, ask("http://a.example/r"), ask("http://b.example/x"))
    assert (bad.status, bool(bad.error), good.status) == ("failed", True, "ok")


def test_an_answer_that_is_no_http_is_not_asked_for_again(web: LocalWeb) -> None:
    web.say("a.example", "/x", Reply(b"x", headers={"X Powered By": "y"}))
    found = one(web, "http://a.example/x")
    assert (found.status, found.attempt_count) == ("failed", 1)
    assert "illegal header line" in (found.error or "")


def test_an_answer_that_a_proxy_changed_is_one(web: LocalWeb) -> None:
    web.say("a.example", "/x", Reply(b"x", status=203))
    assert one(web, "http://a.example/x").status == "ok"


@pytest.mark.parametrize(
    ("code", "status"), [(204, "ok"), (403, "ok"), (410, "ok"), (429, "failed"), (503, "failed")]
)
def test_a_host_without_rules_allows_all_and_one_that_cannot_say_nothing(
    web: LocalWeb, code: int, status: str
) -> None:
    web.say("a.example", "/robots.txt", Reply(status=code))
    web.say("a.example", "/x", Reply(b"x"))
    assert one(web, "http://a.example/x").status == status


def test_a_host_whose_rules_say_when_to_come_back_is_left_alone_until_then(web: LocalWeb) -> None:
    later = {"Retry-After": "7200"}
    web.say("a.example", "/robots.txt", Reply(status=503, headers=later))
    found = one(web, "http://a.example/x")
    assert (found.status, found.wait_seconds, web.asked("a.example")) == ("failed", 7200.0, [])


def test_a_name_with_a_dot_at_its_end_is_the_same_host(web: LocalWeb) -> None:
    for host in ("a.example", "a.example."):
        web.say(host, "/x", Reply(b"x", seconds=0.1))
    web.most_at_once.clear()
    fetched(web, ask("http://a.example/x"), ask("http://a.example./x"))
    started = sorted((request.started, request.ended) for request in web.log)
    assert all(after[0] >= before[1] for before, after in zip(started, started[1:], strict=False))

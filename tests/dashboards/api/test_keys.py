"""Who may ask what: keys, scopes, limits, wrong keys, addresses."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from dashboards.api.audit import PREFIX
from dashboards.api.keys import KeyRefused, caller_of, listed, main, make_key, revoke
from ingestion.lakehouse import journal
from tests.dashboards.api.conftest import Ask

MEDIA = "application/problem+json"


def test_a_key_is_shown_once_and_kept_as_a_hash(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["make", "--name", "reports", "--scopes", "read,run", "--tiers", "open"]) == 0
    key = capsys.readouterr().out.splitlines()[0]
    assert key not in str(journal.rows("select * from api_keys"))
    caller = caller_of(key)
    assert caller is not None
    assert (caller.name, caller.scopes, caller.tiers) == (
        "reports", {"read", "run"}, {"open"}
    )  # fmt: skip
    assert main(["list", "--json"]) == 0
    assert key.split("_", 2)[2] not in capsys.readouterr().out


def test_a_changed_revoked_or_expired_key_is_none() -> None:
    key = make_key("a", ["read"], ["open"], 1)
    assert caller_of(key[:-1] + ("a" if key[-1] != "a" else "b")) is None
    assert caller_of("") is None
    revoke(key)
    assert caller_of(key) is None
    other = make_key("b", ["read"], ["open"], 1)
    journal.change("api_keys", {"name": "b"}, {"expires_at": "2020-01-01 00:00:00"})
    assert caller_of(other) is None


@pytest.mark.parametrize(
    ("scopes", "tiers", "days"),
    [(["all"], ["open"], 1), (["read"], ["public"], 1), ([], ["open"], 1), (["read"], ["open"], 0)],
)
def test_a_key_that_makes_no_sense_is_refused(
    scopes: list[str], tiers: list[str], days: int
) -> None:
    with pytest.raises(KeyRefused):
        make_key("x", scopes, tiers, days)
    assert listed() == []


def test_without_a_right_key_nothing_is_told(client: Ask) -> None:
    for key in (None, "wrong", "slu_000000000000_" + "a" * 43):
        answer = client(key=key).get("tables")
        assert (answer.status_code, answer.headers["content-type"]) == (401, MEDIA)
        assert answer.headers["www-authenticate"] == "Bearer"
    assert client(key=None).get("system/health").json() == {"status": "ok"}


def test_a_scope_that_is_missing_is_named(client: Ask) -> None:
    answer = client(scopes="run").get("tables")
    assert (answer.status_code, answer.json()["detail"]) == (
        403,
        "This key lacks the scope `read`.",
    )
    assert client(scopes="admin").get("tables").status_code == 200


def test_many_wrong_keys_are_stopped_and_right_ones_are_served(client: Ask) -> None:
    one = client()
    wrong = {"Authorization": "Bearer wrong"}
    statuses = [one.get("tables", headers=wrong).status_code for _ in range(15)]
    assert statuses == [401] * 10 + [429] * 5
    assert one.get("tables").status_code == 200


@pytest.mark.parametrize(
    ("peer", "proxies", "is_believed"),
    [
        ("127.0.0.1", None, False),
        ("127.0.0.1", "127.0.0.0/8", True),
        ("192.0.2.9", "127.0.0.0/8", False),
        ("192.0.2.9", "127.0.0.0/8, 192.0.2.9", True),
        ("::1", "::1/128", True),
        ("testclient", "127.0.0.0/8", False),
    ],
)
def test_an_address_in_a_header_is_believed_of_trusted_proxies_only(
    client: Ask, peer: str, proxies: str | None, is_believed: bool
) -> None:
    app = client(**({"sluice_trusted_proxies": proxies} if proxies else {})).app
    one = TestClient(app, f"http://testserver{PREFIX}/", client=(peer, 50000))

    def statuses(forwarded: Callable[[int], str]) -> list[int]:
        return [
            one.get(
                "tables",
                headers={"Authorization": "Bearer wrong", "X-Forwarded-For": forwarded(at)},
            ).status_code
            for at in range(12)
        ]

    # each of twelve addresses has sent one wrong key, or one peer has sent twelve
    assert statuses(lambda at: f"10.0.0.{at}") == (
        [401] * 12 if is_believed else [401] * 10 + [429] * 2
    )
    if is_believed:
        # what stands before the address that the proxy has added is what anybody may write
        assert statuses(lambda at: f"10.9.9.{at}, 198.51.100.7")[-1] == 429


def test_a_limit_says_what_is_left_and_how_long_to_wait(client: Ask) -> None:
    one = client(sluice_api_limit_reads="2/minute")
    first, second, third = (one.get("system/releases") for _ in range(3))
    assert [first.headers["ratelimit-remaining"], second.headers["ratelimit-remaining"]] == [
        "1",
        "0",
    ]
    assert third.status_code == 429
    assert 0 < int(third.headers["retry-after"]) <= 60
    assert third.headers["content-type"] == MEDIA


def test_each_request_is_a_row_without_its_body(client: Ask) -> None:
    one = client()
    one.get("tables/telemetry.issues/rows", params={"filter": "control_id:eq:secret-place"})
    one.post("query", json={"sql": "select 'secret-words'"})
    one.get("nothing/here")
    one.app.state.audit.stop()
    rows = journal.rows("select * from api_requests order by rowid")
    assert [(row["route"], row["status"]) for row in rows] == [
        ("/api/v1/tables/{table}/rows", 200),
        ("/api/v1/query", 200),
        ("unknown", 404),
    ]
    assert "secret" not in str(rows)
    assert rows[0]["key_prefix"] and rows[0]["seconds"] > 0 and rows[0]["bytes"] > 0


def test_a_page_of_a_named_origin_may_read_what_a_download_says(client: Ask) -> None:
    origin = "https://app.example"
    one = client(sluice_api_origins=origin)
    asked = {"Origin": origin, "Access-Control-Request-Method": "GET",
             "Access-Control-Request-Headers": "authorization,range,idempotency-key"}  # fmt: skip
    assert one.options("tables", headers=asked).status_code == 200
    found = one.get("tables", headers={"Origin": origin})
    assert found.headers["access-control-allow-origin"] == origin
    shown = found.headers["access-control-expose-headers"]
    assert {"Digest", "Content-Disposition", "Content-Range", "Location"} <= set(shown.split(", "))
    other = one.get("tables", headers={"Origin": "https://other.example"})
    assert "access-control-allow-origin" not in other.headers

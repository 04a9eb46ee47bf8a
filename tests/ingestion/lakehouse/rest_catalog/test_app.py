"""Who may ask the catalog server, and what it answers whom."""

from __future__ import annotations

import pytest

from ingestion.lakehouse.rest_catalog import __main__ as command
from ingestion.lakehouse.settings import SettingsError, reset_settings
from tests.ingestion.lakehouse.rest_catalog.conftest import TOKEN, Served, make_table, serving
from tests.ingestion.lakehouse.test_lock import hold_elsewhere


def test_who_has_no_token_or_is_asked_under_another_name_learns_nothing(served: Served) -> None:
    for headers in ({"Authorization": "Bearer other"}, {"Authorization": ""}):
        refused = served.ask("GET", "namespaces", headers=headers)
        assert refused.status_code == 401 and "raw_plant" not in refused.text
        assert refused.json()["error"]["type"] == "NotAuthorizedException"
        assert served.ask("GET", "config", headers=headers).status_code == 401
    rebound = served.ask("GET", "namespaces", headers={"Host": "evil.example"})
    assert rebound.status_code == 400 and "raw_plant" not in rebound.text
    assert served.ask("GET", "namespaces").json() == {"namespaces": [["raw_plant"]]}


def test_errors_are_the_protocols_own(served: Served) -> None:
    table = "namespaces/raw_plant/tables"
    cases = [
        ("GET", f"{table}/nothing", None, 404, "NoSuchTableException"),
        ("HEAD", f"{table}/nothing", None, 404, None),
        ("GET", "namespaces/nothing/tables", None, 404, "NoSuchNamespaceException"),
        ("GET", "namespaces/a%1Fb", None, 400, "BadRequestException"),
        ("GET", "nothing", None, 404, "BadRequestException"),
        ("POST", "namespaces", b"{", 400, "BadRequestException"),
        ("POST", "namespaces", b'{"namespace": ["x.y"]}', 400, "BadRequestException"),
        ("POST", f"{table}/readings", b'{"updates": []}', 403, "ForbiddenException"),
        ("DELETE", "namespaces/raw_plant", None, 403, "ForbiddenException"),
    ]
    for method, path, body, status, kind in cases:
        found = served.ask(method, path, data=body)
        assert found.status_code == status, (path, found.text)
        if kind:
            error = found.json()["error"]
            assert (error["code"], error["type"]) == (status, kind) and error["message"]
    assert served.ask("HEAD", f"{table}/readings").status_code == 204


def test_a_server_without_namespaces_to_write_to_only_reads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_table()
    with serving("", monkeypatch) as server:
        made = server.ask("POST", "namespaces", json={"namespace": ["scratch"]})
        assert made.status_code == 403
        assert "SLUICE_CATALOG_SERVER_WRITES=scratch" in made.json()["error"]["message"]
        assert len(server.rest().load_table("raw_plant.readings").scan().to_arrow()) == 1000


def test_a_change_waits_its_turn_while_a_build_holds_the_lake(served: Served) -> None:
    build = hold_elsewhere(60)
    try:
        refused = served.ask("POST", "namespaces", json={"namespace": ["scratch"]})
        assert refused.status_code == 503 and refused.headers["Retry-After"]
        assert f"process {build.pid}" in refused.json()["error"]["message"]
        assert served.ask("GET", "namespaces/raw_plant/tables/readings").status_code == 200
    finally:
        build.kill()
        build.wait()
    assert served.ask("POST", "namespaces", json={"namespace": ["scratch"]}).status_code == 200


def test_clients_may_write_only_where_they_have_to_name_themselves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SLUICE_CATALOG_SERVER_WRITES", "scratch")
    reset_settings()
    with pytest.raises(SettingsError, match="SLUICE_CATALOG_SERVER_TOKEN is missing"):
        command.main()
    monkeypatch.setenv("SLUICE_CATALOG_SERVER_TOKEN", TOKEN)
    monkeypatch.setenv("SLUICE_CATALOG_TYPE", "rest")
    reset_settings()
    with pytest.raises(SettingsError, match="open it there"):
        command.main()

"""Addresses by custom lead to pages there are, and to sections these have."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from starlette.applications import Starlette
from starlette.testclient import TestClient

from dashboards.addresses import addresses, redirects
from dashboards.navigation import VIEWS
from tests.dashboards.pages import PLACES


def test_each_address_leads_to_a_page_and_one_of_its_sections() -> None:
    asking = TestClient(Starlette(routes=redirects()), base_url="http://here/")
    assert {"pipeline", "datasets", "analytics"} <= set(addresses()) and "quality" in VIEWS
    assert not set(addresses()) & set(VIEWS), "a page would be hidden"
    for name in addresses():
        found = asking.get(f"/{name}", follow_redirects=False)
        target = urlsplit(found.headers["location"])
        place = {key: values[0] for key, values in parse_qs(target.query).items()}
        assert found.status_code == 307 and (target.path, place) in [
            (url, dict(section)) for url, section in PLACES
        ], name

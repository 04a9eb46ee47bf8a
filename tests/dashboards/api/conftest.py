"""The API over a synthetic release, and clients with keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from dashboards.api.app import create_app
from dashboards.api.audit import PREFIX
from dashboards.api.keys import TIERS, make_key
from ingestion.lakehouse.settings import reset_settings

Ask = Callable[..., TestClient]


@pytest.fixture
def client(released: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ask]:
    """Return a function that gives a client with a key of these scopes, tiers and limits."""
    opened: list[TestClient] = []

    def made(
        scopes: str = "read", tiers: tuple[str, ...] = TIERS, key: str | None = "", **settings: str
    ) -> TestClient:
        for name, value in settings.items():
            monkeypatch.setenv(name.upper(), value)
        reset_settings()
        headers = {}
        if key is not None:
            given = key or make_key("test", scopes.split(","), list(tiers), 1)
            headers["Authorization"] = f"Bearer {given}"
        one = TestClient(
            create_app(), base_url=f"http://testserver{PREFIX}/", headers=headers,
            raise_server_exceptions=False,
        )  # fmt: skip
        opened.append(one.__enter__())
        return one

    yield made
    for one in opened:
        one.__exit__(None, None, None)

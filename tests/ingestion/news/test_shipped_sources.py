"""Sources that come with the project ask nobody by themselves."""

from __future__ import annotations

import pytest

from ingestion.news.declaration import FEEDS

pytestmark = pytest.mark.unit


def test_no_shipped_source_is_asked_before_somebody_wants_it() -> None:
    found = [entry for path in FEEDS.shipped.glob("*.yml") for entry in FEEDS.read(path)]
    assert found
    assert [entry.name for entry in found if entry.declaration.enabled] == []

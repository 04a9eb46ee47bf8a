"""A web on this machine for the tests of what asks one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.ingestion.landing.web.local_web import LocalWeb


@pytest.fixture
def web() -> Iterator[LocalWeb]:
    with LocalWeb() as found:
        yield found

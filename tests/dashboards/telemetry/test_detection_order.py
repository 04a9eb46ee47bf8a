"""Detection quality shows what was measured before what was simulated."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboards.telemetry.detection import real_first
from tests.dashboards.pages import failures, page, words


@pytest.mark.unit
def test_real_sources_come_first_and_all_together_last() -> None:
    assert real_first(["all sources", "demo_press", "plant", "nab"]) == [
        "plant", "nab", "demo_press", "all sources",
    ]  # fmt: skip


def test_the_section_renders_with_its_sources(released: Path) -> None:
    tested = page("telemetry", {"view": "Detection quality"})
    assert failures(tested) == [] and "F1" in words(tested)

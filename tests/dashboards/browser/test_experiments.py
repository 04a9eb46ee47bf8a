"""The experiments page in a real browser: a click on the pivot, the address, hostile text."""

from __future__ import annotations

import pytest

from tests.dashboards.browser.test_browser import DRAWN, Watched, watched  # noqa: F401

pytestmark = pytest.mark.browser


def test_a_click_on_the_pivot_leads_to_the_texts_of_the_cell(
    watched: Watched,  # noqa: F811
    served: str,
) -> None:
    watched.open(f"{served}/experiments?view=Scores")
    chart = watched.tab.locator(DRAWN).first
    chart.wait_for(timeout=20_000)
    box = chart.bounding_box()
    assert box is not None
    chart.click(position={"x": box["width"] - 60, "y": box["height"] * 0.6})
    watched.tab.get_by_text("Read its texts").click(timeout=20_000)
    watched.tab.wait_for_selector("text=1 · Draft", timeout=20_000)
    watched.settle()
    assert "view=Lineage" in watched.tab.url
    assert "combo=" in watched.tab.url
    assert watched.errors == []


def test_the_cohort_is_kept_in_the_address(watched: Watched, served: str) -> None:  # noqa: F811
    watched.open(f"{served}/experiments?view=Variance&cohort=daydream")
    assert "Components of daydream" in watched.tab.locator("[data-testid=stMain]").inner_text()


def test_texts_of_models_and_judges_are_only_shown(
    watched: Watched,  # noqa: F811
    served: str,
) -> None:
    watched.open(f"{served}/experiments?view=Lineage")
    said = watched.tab.locator("p", has_text="<script>alert(1)</script>").first
    said.wait_for(timeout=20_000)
    assert watched.tab.locator("img[src*='evil']").count() == 0
    assert watched.errors == []
    assert watched.elsewhere == []

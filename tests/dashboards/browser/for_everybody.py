"""What keeps people from reading a page: low contrast, unnamed things, what a window cuts off."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from importlib.resources import files
from typing import TYPE_CHECKING, Literal

from playwright.sync_api import TimeoutError

if TYPE_CHECKING:
    from playwright.sync_api import Page

THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
WIDTHS = (800, 390)
SECONDS = 8  # that a page may take to fit a window that became narrower
FOUND = """async () => {
    const found = await axe.run(document, {resultTypes: ['violations']});
    return found.violations
        .filter(one => ['serious', 'critical'].includes(one.impact))
        .map(one => `${one.id}: ${one.nodes.map(node => node.html.slice(0, 200)).join(' | ')}`);
}"""
# elements that end beyond the right edge of the window, and that nothing scrolls
BEYOND = """() => [...document.querySelectorAll('[data-testid=stMain] *')].filter(element => {
    const box = element.getBoundingClientRect();
    if (!box.width || box.right <= innerWidth + 1) return false;
    // marks of a chart end at its frame, whatever their boxes say; its words do not
    if (element.ownerSVGElement && element.tagName !== 'text') return false;
    if (getComputedStyle(element).opacity === '0') return false;  // left out
    if (getComputedStyle(element).position === 'absolute') return false;
    for (let around = element.parentElement; around.dataset.testid !== 'stMain';
            around = around.parentElement)
        if (['auto', 'scroll'].includes(getComputedStyle(around).overflowX)) return false;
    return true;
}).map(element => `${element.tagName}: ${element.textContent.slice(0, 60)}`).slice(0, 3)"""


def serious(tab: Page) -> list[str]:
    """Return what axe-core calls serious or critical on an open page, in both themes."""
    axe = files("axe_playwright_python")
    tab.wait_for_selector("[data-testid=stSidebarNavItems][role=presentation]", state="attached")
    tab.evaluate((axe / "axe.min.js").read_text(encoding="utf-8"))
    found = []
    for theme in THEMES:
        tab.emulate_media(color_scheme=theme)
        tab.wait_for_function(
            "theme => getComputedStyle(document.querySelector('[data-testid=stApp]'))"
            ".colorScheme === theme",
            arg=theme,
        )
        tab.wait_for_timeout(200)  # colours fade over to the other theme
        found += [f"{theme}: {one}" for one in tab.evaluate(FOUND)]
    tab.emulate_media(color_scheme="light")
    return found


def cut(tab: Page, open_again: Callable[[], None]) -> list[str]:
    """Return what a tablet's and a telephone's window cut off of an open page."""
    found = []
    for width in WIDTHS:
        tab.set_viewport_size({"width": width, "height": 1000})
        if not _fits(tab):  # a chart keeps the width it had: is it drawn for a window this narrow?
            open_again()
            _fits(tab)
        found += [f"{width} px: {one}" for one in tab.evaluate(BEYOND)]
    return found


def _fits(tab: Page) -> bool:
    with suppress(TimeoutError):
        tab.wait_for_function(f"() => ({BEYOND})().length === 0", timeout=SECONDS * 1000)
        return True
    return False

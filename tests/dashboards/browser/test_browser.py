"""Every page in a real browser: drawn, no error in the console, no request to anywhere else."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.parse import urlencode, urlparse
from urllib.request import urlopen

import pytest

from tests.dashboards.browser.conftest import EMPTY_PAGE
from tests.dashboards.browser.for_everybody import cut, serious
from tests.dashboards.pages import PLACES, place_name

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

# asked for an address below its root, Streamlit's own client tries these there first
PROBES = ("/_stcore/health", "/_stcore/host-config")
# a page may take so many times as long as one that holds a single line
SLOWEST = 5.0
DRAWN = ".vega-embed canvas, .vega-embed svg"
# role and words of what has the focus; icons are names of glyphs, and no words
FOCUSED = """() => {
    const element = document.activeElement, copy = element.cloneNode(true);
    copy.querySelectorAll('[data-testid=stIconMaterial]').forEach(icon => icon.remove());
    const role = element.getAttribute('role') || {A: 'link'}[element.tagName]
        || element.tagName.toLowerCase();
    return `${role} ${copy.textContent.trim()}`;
}"""
CHART_SECTIONS = {
    "telemetry-Power & temperature",
    "telemetry-Variance",
    "telemetry-Baseline",
    "telemetry-Sensor anomalies",
    "telemetry-Detection quality",
    "conversations-Quality",
    "experiments-Cohorts",
    "experiments-Scores",
    "experiments-Comparisons",
    "experiments-Agreement",
    "experiments-Variance",
    "experiments-Versions & models",
    "llm-Cost",
    "overview",
}


@dataclass
class Watched:
    """A tab and what it did beside showing the page."""

    tab: Page
    errors: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def open(self, address: str) -> None:
        """Open an address and wait until the script has run and everything is drawn."""
        self.tab.goto(address)
        self.settle()

    def settle(self) -> None:
        """Wait until nothing is running or stale."""
        self.tab.wait_for_selector("h1", timeout=60_000)
        self.tab.wait_for_function(
            "() => document.querySelector('[data-testid=stApp]')"
            ".getAttribute('data-test-script-state') === 'notRunning'",
            timeout=60_000,
        )
        self.tab.wait_for_timeout(400)


@pytest.fixture
def watched(chromium: Browser, served: str) -> Iterator[Watched]:
    context = chromium.new_context(viewport={"width": 1440, "height": 1000})
    tab = context.new_page()
    seen = Watched(tab)
    host = urlparse(served).netloc

    def on_request(address: str) -> None:
        parts = urlparse(address)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != host:
            seen.elsewhere.append(address)

    def on_response(address: str, status: int) -> None:
        if status >= 400 and not urlparse(address).path.endswith(PROBES):
            seen.failed.append(f"{status} {address}")

    tab.on("request", lambda request: on_request(request.url))
    tab.on("websocket", lambda socket: on_request(socket.url))
    tab.on("response", lambda response: on_response(response.url, response.status))
    tab.on("pageerror", lambda error: seen.errors.append(str(error)))
    tab.on("dialog", lambda dialog: seen.errors.append(f"dialog: {dialog.message}"))
    tab.on(
        "console",
        lambda said: (
            seen.errors.append(said.text)
            if said.type == "error" and not _is_probe(said.location.get("url", ""))
            else None
        ),
    )
    yield seen
    context.close()


def _is_probe(address: str) -> bool:
    return urlparse(address).path.endswith(PROBES)


@pytest.fixture(scope="module")
def empty_page_seconds(chromium: Browser, served: str) -> float:
    """Return how long a page that holds one line takes, on this machine as busy as it is."""
    tab = Watched(chromium.new_context().new_page())
    return statistics.median(seconds_to_open(tab, f"{served}/{EMPTY_PAGE}") for _ in range(3))


def seconds_to_open(watched: Watched, address: str) -> float:
    """Return how long a page takes until its script has run and everything is drawn."""
    began = time.perf_counter()
    watched.open(address)
    return time.perf_counter() - began


@pytest.mark.parametrize("place", PLACES, ids=place_name)
def test_a_page_is_drawn_for_everybody_without_errors_and_calls_nobody(
    watched: Watched, served: str, place: tuple[str, dict[str, str]], empty_page_seconds: float
) -> None:
    """One visit: errors, requests, what axe finds in both themes, narrow windows, its time."""
    url, parameters = place
    address = f"{served}/{'' if url == 'overview' else url}?{urlencode(parameters)}"
    took = seconds_to_open(watched, address)
    if place_name(place) in CHART_SECTIONS:
        watched.tab.wait_for_selector(DRAWN, timeout=20_000)
    assert watched.errors == []
    assert watched.elsewhere == []
    assert watched.failed == []
    assert watched.tab.locator("[data-testid=stException]").count() == 0
    assert watched.tab.locator("[data-testid=stAlertContentError]").count() == 0
    assert serious(watched.tab) == []
    assert cut(watched.tab, lambda: watched.open(address)) == []
    if took > SLOWEST * empty_page_seconds:  # was it the machine? once more, with what is cached
        took = seconds_to_open(watched, address)
    assert took <= SLOWEST * empty_page_seconds


def test_the_menu_leads_to_every_page(watched: Watched, served: str) -> None:
    watched.open(served)
    for title in (
        "Telemetry",
        "Conversations",
        "Experiments",
        "Runs",
        "LLM",
        "Quality",
        "Data",
        "SQL",
        "Overview",
    ):
        watched.tab.locator("[data-testid=stSidebarNav]").get_by_text(title, exact=True).click()
        watched.tab.wait_for_selector(f"h1:has-text('{title}')", timeout=30_000)
        watched.settle()
    assert watched.errors == []
    assert watched.elsewhere == []


def test_a_filter_is_kept_in_the_address(watched: Watched, served: str) -> None:
    watched.open(f"{served}/telemetry?view=Issues")
    watched.tab.get_by_role("button", name="Critical").first.click()
    watched.settle()
    assert "severity=Critical" in watched.tab.url
    address = watched.tab.url
    watched.open(address)
    assert "2 rows" in watched.tab.locator("[data-testid=stMain]").inner_text()


def test_hostile_text_from_data_and_models_is_only_shown(watched: Watched, served: str) -> None:
    for path in ("telemetry?view=Issues", "telemetry?view=Report", "llm?statuses=failed"):
        watched.open(f"{served}/{path}")
        assert watched.tab.locator("img[src*='evil']").count() == 0
        watched.tab.get_by_text("<script>alert(1)</script>").first.wait_for(timeout=20_000)
    assert watched.errors == []
    assert watched.elsewhere == []


def test_a_click_on_the_variance_map_shows_that_day(watched: Watched, served: str) -> None:
    watched.open(f"{served}/telemetry?view=Variance&control=oven-01")
    chart = watched.tab.locator(DRAWN).first
    chart.wait_for(timeout=20_000)
    box = chart.bounding_box()
    assert box is not None
    chart.click(position={"x": box["width"] - 40, "y": box["height"] * 0.6})
    watched.tab.wait_for_selector("text=oven-01, 20 Jan 2026", timeout=20_000)
    assert watched.errors == []


def test_the_docs_site_is_served_beside_the_pages(watched: Watched, served: str) -> None:
    watched.tab.goto(f"{served}/docs/")
    assert watched.tab.title() == "script ran"


def test_what_gates_found_cannot_act_as_the_dashboards(watched: Watched, served: str) -> None:
    watched.tab.goto(f"{served}/docs/gates/index.html")
    assert watched.tab.title() == "page"


@pytest.mark.parametrize("path", ["../catalog.db", "%2e%2e/latest.duckdb", "..%2flatest.duckdb"])
def test_nothing_but_docs_is_served(served: str, path: str) -> None:
    with pytest.raises(HTTPError) as refused:
        urlopen(f"{served}/docs/{path}", timeout=10)
    assert refused.value.code in (400, 403, 404)


def test_the_keyboard_alone_reaches_the_menu_filters_tabs_and_downloads(
    watched: Watched, served: str
) -> None:
    watched.open(f"{served}/telemetry?view=Issues")
    wanted = {"link Overview", "link SQL", "tab Issues", "button CSV", "button Parquet"}
    reached: set[str] = set()
    for _ in range(90):
        watched.tab.keyboard.press("Tab")
        watched.tab.wait_for_timeout(50)  # a table moves its focus after the key
        reached.add(watched.tab.evaluate(FOCUSED))
        if wanted <= reached:
            break
    assert wanted <= reached
    watched.tab.locator("[data-testid=stSidebarNav] a", has_text="Runs").focus()
    watched.tab.keyboard.press("Enter")
    watched.tab.wait_for_selector("h1:has-text('Runs')", timeout=30_000)


def test_a_row_is_picked_and_a_folded_menu_passed_over_by_keys(
    watched: Watched, served: str
) -> None:
    watched.open(f"{served}/telemetry?view=Issues")
    picked = watched.tab.locator("[data-testid=data-grid-canvas] tr[aria-selected=true]")
    assert picked.first.get_attribute("aria-rowindex") == "2"
    for _ in range(60):
        watched.tab.keyboard.press("Tab")
        if watched.tab.evaluate(FOCUSED).startswith("gridcell"):
            break
    watched.tab.wait_for_selector("td[aria-selected=true]", state="attached")
    watched.tab.keyboard.press("ArrowDown")
    watched.tab.keyboard.press("Space")
    watched.settle()
    assert picked.first.get_attribute("aria-rowindex") == "3"
    watched.tab.set_viewport_size({"width": 390, "height": 1000})
    watched.open(f"{served}/sql")
    reached = set()
    for _ in range(12):
        watched.tab.keyboard.press("Tab")
        reached.add(watched.tab.evaluate(FOCUSED))
    assert "link Overview" not in reached
    assert "tab Query" in reached or any(one.startswith("textarea") for one in reached)

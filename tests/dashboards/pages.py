"""Opens one page of the dashboards without a browser."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from dashboards.knowledge.page import SECTIONS
from dashboards.parts.assistive import CONTRAST, FOCUS, ROLES
from ingestion.lakehouse.settings import PROJECT_ROOT

PRODUCTS = ("telemetry", "conversations", "experiments", "news", "knowledge")
URLS = ("overview", *PRODUCTS, "runs", "llm", "quality", "data", "sql")
TELEMETRY_VIEWS = (
    "Power & temperature",
    "Variance",
    "Baseline",
    "Issues",
    "Sensor anomalies",
    "Detection quality",
    "Report",
    "Thresholds",
    "Start a run",
)
CONVERSATIONS_VIEWS = ("Quality", "Datasets", "Duplicates", "Sets and export", "Upload")
EXPERIMENTS_VIEWS = (
    "Cohorts",
    "Scores",
    "Lineage",
    "Comparisons",
    "Agreement",
    "Variance",
    "Versions & models",
    "Rate",
    "Studies",
    "Ask",
)
NEWS_VIEWS = ("Report", "Funnel", "Why not?", "Stories", "Sources", "Compare")
KNOWLEDGE_VIEWS = tuple(SECTIONS)
# every page and every section of it
PLACES = (
    *((url, {}) for url in URLS if url not in PRODUCTS),
    *(("telemetry", {"view": view}) for view in TELEMETRY_VIEWS),
    *(("conversations", {"view": view}) for view in CONVERSATIONS_VIEWS),
    *(("experiments", {"view": view}) for view in EXPERIMENTS_VIEWS),
    *(("news", {"view": view}) for view in NEWS_VIEWS),
    *(("knowledge", {"view": view}) for view in KNOWLEDGE_VIEWS),
    ("runs", {"view": "Compare"}),
    ("runs", {"view": "Rows"}),
    ("runs", {"view": "Releases"}),
    ("llm", {"view": "Cost"}),
    ("llm", {"view": "Prompts"}),
    ("quality", {"view": "Rejected rows"}),
    ("quality", {"view": "Rejected cycles"}),
    ("data", {"view": "Loads"}),
)


def place_name(place: tuple[str, dict[str, str]]) -> str:
    url, parameters = place
    return f"{url}-{parameters['view']}" if parameters else url


def page(url: str, parameters: dict[str, Any] | None = None) -> AppTest:
    """Return a page as a browser that opens its address would get it."""
    tested = AppTest.from_file(str(PROJECT_ROOT / "dashboards" / "router.py"), default_timeout=60)
    for name, value in (parameters or {}).items():
        tested.query_params[name] = value
    # the first page is the address without a path
    tested._page_hash = calc_hash("" if url == "overview" else url)
    return tested.run()


def failures(tested: AppTest) -> list[str]:
    """Return what a page says went wrong."""
    return [str(item.message) for item in tested.exception] + [item.value for item in tested.error]


def words(tested: AppTest) -> str:
    """Return all text of a page that is not inside a table or chart."""
    return "\n".join(_texts(tested))


def _texts(tested: AppTest) -> Iterable[str]:
    for kind in ("title", "subheader", "markdown", "caption", "info", "warning", "success", "code"):
        yield from (str(item.value) for item in tested.get(kind))
    for item in tested.get("html"):
        if item.value not in (CONTRAST, FOCUS, ROLES):  # of every page, and no text
            yield str(item.value)
    for item in tested.get("metric"):
        yield f"{item.label} {item.value} {item.delta}"

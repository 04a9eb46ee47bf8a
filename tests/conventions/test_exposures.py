"""Who uses what is released: pages and saved queries are declared, and say what they read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from python_models.release.metrics.declarations import declared as declared_metrics
from python_models.release.metrics.lookup import tables_of
from tests.conventions.project import PRODUCTS, ROOT, Project

ANALYSES, PAGES = ROOT / "dbt_project" / "analyses", ROOT / "dashboards"
SHARED = {
    "overview": "ops", "runs": "ops", "quality": "ops", "data": "ops", "llm": "llm",
}  # fmt: skip
# what a person asks first, in the folder of what is not a product
ASKED_FIRST = {"llm": ("spend",), "ops": ("spend", "rejects", "freshness")}
_READ = re.compile(r"\b(?:from|join)\s+([a-z_]+)\.([a-z_][a-z0-9_]*)", re.I)


def read_by(paths: Iterable[Path], schemas: Iterable[str]) -> set[tuple[str, str]]:
    """Return (schema, table) that SQL and metrics in files read of some schemas."""
    texts = [path.read_text(encoding="utf-8") for path in paths]
    found = {pair for text in texts for pair in _READ.findall(text)}
    # what a file that asks for metrics has in quotes and is one
    quoted = (set(re.findall(r'"(\w+)"', text)) for text in texts if "metric_sql" in text)
    found |= tables_of(set().union(*quoted) & set(declared_metrics().metrics))
    return {(schema, table) for schema, table in found if schema in schemas}


def declared(project: Project, name: str) -> set[tuple[str, str]] | None:
    """Return (schema, table) that an exposure depends on, as readers name them."""
    for node in project.manifest["exposures"].values():
        if node["name"] == name:
            return {_as_released(project, one) for one in node["depends_on"]["nodes"]}
    return None


def _as_released(project: Project, unique_id: str) -> tuple[str, str]:
    node = project.manifest["nodes"].get(unique_id) or project.manifest["sources"][unique_id]
    return node["schema"].removeprefix("raw_"), node.get("alias") or node["name"]


def _released(project: Project, domain: str) -> set[tuple[str, str]]:
    marts = {(node["schema"], node["alias"]) for node in project.marts().values()}
    return {pair for pair in marts if pair[0] == domain} | {(domain, "rejects")}


@pytest.mark.parametrize("domain", PRODUCTS)
def test_a_page_declares_the_tables_its_queries_read(project: Project, domain: str) -> None:
    read = read_by((PAGES / domain).glob("*.py"), [domain]) & _released(project, domain)
    assert declared(project, f"{domain}_page") == read


@pytest.mark.parametrize("page", SHARED)
def test_a_page_of_all_products_declares_what_it_reads_of_ledger_and_runs(
    project: Project, page: str
) -> None:
    read = read_by((PAGES / "shared").glob(f"{page}*.py"), ["ops", "llm"])
    assert declared(project, f"{page}_page") == read


def test_pages_of_all_products_read_no_table_of_one() -> None:
    pages = (path for page in SHARED for path in (PAGES / "shared").glob(f"{page}*.py"))
    assert not read_by(pages, PRODUCTS)


@pytest.mark.parametrize("domain", [*PRODUCTS, "llm", "ops"])
def test_there_are_saved_queries_and_they_are_declared(project: Project, domain: str) -> None:
    queries = sorted((ANALYSES / domain).glob("*.sql"))
    read = read_by(queries, [*PRODUCTS, "ops", "llm"])
    assert queries, f"no saved query in {ANALYSES / domain}"
    assert declared(project, f"{domain}_queries") == read
    missing = [
        word
        for word in ASKED_FIRST.get(domain, ("rejected",))
        if not any(word in path.stem for path in queries)
    ]
    assert not missing, f"no saved query in {ANALYSES / domain} about {', '.join(missing)}"


@pytest.mark.parametrize("domain", PRODUCTS)
def test_every_released_table_has_somebody_who_reads_it(project: Project, domain: str) -> None:
    used = {
        _as_released(project, one)
        for node in project.manifest["exposures"].values()
        for one in node["depends_on"]["nodes"]
    }
    assert not _released(project, domain) - used


def test_a_saved_query_says_first_what_it_answers() -> None:
    silent = [
        path.stem
        for path in ANALYSES.rglob("*.sql")
        if not path.read_text(encoding="utf-8").startswith("-- ")
    ]
    assert not silent


def test_exposures_say_who_they_are_for(project: Project) -> None:
    wanting = [
        node["name"]
        for node in project.manifest["exposures"].values()
        if not (node["description"] and node["owner"]["name"] and node["label"])
    ]
    assert not wanting

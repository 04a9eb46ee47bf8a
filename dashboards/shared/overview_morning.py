"""The overview's first part: what a person should know in the morning, worst first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import duckdb
import streamlit as st

from dashboards.parts.links import link_to
from dashboards.parts.page import Ask, asking, part
from dashboards.parts.release import Release
from dashboards.parts.severity import LOOKS, Level
from dashboards.parts.text import count, escaped, percent, some, usd
from dashboards.shared import overview_queries as queries
from ingestion.lakehouse.settings import settings
from ingestion.lakehouse.sql_text import identifier
from ingestion.landing.products import PRODUCTS

HELD = "select count(*) as held_count from {}.{} where status = 'held'"
WORST_FIRST: tuple[Level, ...] = ("critical", "warning", "notice", "good")
MOST_TABLES = 3


class Told(NamedTuple):
    """One sentence: how bad it is, in Markdown, and the page that says more."""

    level: Level
    sentence: str
    page: str
    place: Mapping[str, str]


def show(release: Release) -> None:
    """Show one line for each thing worth knowing."""
    part("This morning", "What changed, what is late, failed or waits for a person; worst first.")
    for line in told(asking(release)):
        look = LOOKS[line.level]
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f":{look.color}[{look.icon}] {line.sentence}", width="content")
            link_to(line.page, "More", **line.place)


def told(ask: Ask) -> list[Told]:
    """Return what is worth knowing of the release that is asked, the worst first."""
    found = [line for telling in TOLD for line in _told(telling, ask)]
    return sorted(found, key=lambda line: WORST_FIRST.index(line.level))


def _told(telling: Callable[[Ask], Iterator[Told]], ask: Ask) -> list[Told]:
    # the part of the page that shows these tables says when a release does not hold them
    with suppress(duckdb.CatalogException):
        return list(telling(ask))
    return []


def _last_run(ask: Ask) -> Iterator[Told]:
    """Tell of the last run; one that is going on or stopped stands above all figures already."""
    for run in ask(queries.LAST_RUN).to_pylist():
        place = {"run": run["run_id"]}
        if run["nodes_failed"]:
            yield Told("critical", f"{some(run['nodes_failed'], 'step')} failed.", "runs", place)
        yield from _spend(run["usd"] or 0.0, settings().llm_budget_usd)


def _spend(spent: float, budget: float | None) -> Iterator[Told]:
    if budget is None:
        if spent:
            said = f"The last run spent {usd(spent)}; there is no budget (LLM\\_BUDGET\\_USD)."
            yield Told("notice", said.replace("$", "\\$"), "llm", {"view": "Cost"})
        return
    share = spent / budget if budget else 1.0
    level: Level = "good" if share < 0.8 else "warning" if share < 1 else "critical"
    said = f"The last run spent {usd(spent)} of a budget of {usd(budget)} ({percent(share)})."
    yield Told(level, said.replace("$", "\\$"), "llm", {"view": "Cost"})


def _gates(ask: Ask) -> Iterator[Told]:
    gates = ask(queries.GATES).to_pylist()
    stopped = sum(1 for gate in gates if gate["critical_count"] or gate["broken_check_count"])
    warned = sum(1 for gate in gates if gate["broken_count"]) - stopped
    if stopped:
        yield Told("critical", f"{some(stopped, 'gate')} stopped a product.", "quality", BROKEN)
    if warned > 0:
        yield Told("warning", f"{some(warned, 'gate')} passed with warnings.", "quality", BROKEN)
    if gates and not stopped and warned <= 0:
        yield Told("good", f"All {count(len(gates))} gates passed.", "quality", {})


def _stale(ask: Ask) -> Iterator[Told]:
    hours = settings().sluice_stale_hours
    for row in ask(queries.FRESHNESS, now=minute(), stale_hours=hours).to_pylist():
        if not row["stale_count"]:
            continue
        which = f"{count(row['stale_count'])} of {some(row['source_count'], 'source')}"
        yield Told(
            "warning",
            f"**{escaped(_title(row['domain']))}**: {which} delivered nothing for {hours:g} hours, "
            f"longest {escaped(row['latest_source'])}.",
            "data",
            {"view": "Loads"},
        )


def _waiting(ask: Ask) -> Iterator[Told]:
    for product in PRODUCTS.values():
        for thing, sql, place in product.waiting:
            with suppress(duckdb.CatalogException):
                number = ask(sql).column(0)[0].as_py()
                if number:
                    said = f"**{escaped(product.title)}**: {_some_of(number, thing)}."
                    yield Told("warning", said, product.name, dict(parse_qsl(place)))
        if product.deliveries:
            with suppress(duckdb.CatalogException):
                held = HELD.format(identifier(product.name), identifier(product.deliveries))
                number = ask(held).column(0)[0].as_py()
                if number:
                    said = f"{_some_of(number, 'file held')} back until it is accepted (ACCEPT=)"
                    yield Told("warning", f"**{escaped(product.title)}**: {said}.", "runs", {})


def _changes(ask: Ask) -> Iterator[Told]:
    rows = ask(queries.CHANGES).to_pylist()
    for domain, changed in groupby(rows, key=lambda row: row["domain"]):
        yield Told("notice", _changed(domain, list(changed)), "data", {"find": f"{domain}."})


def _changed(domain: str, tables: list[dict[str, Any]]) -> str:
    moved = [row for row in tables if row["row_change"]]
    named = [f"{escaped(row['table_name'])} {row['row_change']:+,}" for row in moved[:MOST_TABLES]]
    more = (
        f" and {some(len(moved) - MOST_TABLES, 'more table')}" if len(moved) > MOST_TABLES else ""
    )
    rows = f": {', '.join(named)}{more} rows" if named else ", none in its number of rows"
    return (
        f"**{escaped(_title(domain))}**: {some(len(tables), 'table')} changed since release "
        f"{tables[0]['before_release_id']}{rows}."
    )


def _some_of(number: int, thing: str) -> str:
    """Return a count with a noun of several words: 2 assessments to review."""
    first, _, rest = thing.partition(" ")
    return f"{some(number, first)} {rest}".strip()


def _title(domain: str) -> str:
    return PRODUCTS[domain].title if domain in PRODUCTS else domain.capitalize()


def minute() -> datetime:
    """Return now to the minute, UTC and naive: an answer asked for with it can be kept as long."""
    return datetime.now(UTC).replace(second=0, microsecond=0, tzinfo=None)


BROKEN = {"broken": "true"}
TOLD = (_last_run, _gates, _stale, _waiting, _changes)

"""Data Docs: what every gate promised and found, as pages that need nothing but a browser.

Great Expectations' own pages load a dozen scripts and styles from the internet; these bring
their style along.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from expectations.outcome import Outcome
from ingestion.lakehouse import journal
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import scrub

CHECKS_SHOWN = 30
MOMENTS = ("after_landing", "after_staging", "after_llm", "before_release")

_CHECKS = """
    select gate, invocation_id, max(checked_at) as checked_at, count(*) as promise_count,
           sum(success = 0 and severity = 'critical') as critical_count,
           sum(success = 0 and severity = 'warn') as warn_count,
           sum(broken_check) as broken_count
    from gate_results
    group by gate, invocation_id
    order by gate, max(rowid) desc
"""


def write_gate_page(gate: str, outcomes: Sequence[Outcome]) -> Path:
    """Write the page of one gate's last check and the index over all gates; returns the page."""
    tables: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        tables.setdefault(outcome.table_name, []).append(outcome)
    gates = _checks_by_gate()
    page = _write(
        f"{gate}.html", "gate.html.jinja", gate=gate, tables=tables, checks=gates.get(gate, [])
    )
    _write("index.html", "index.html.jinja", gates=gates)
    return page


def _write(name: str, template: str, **values: Any) -> Path:
    folder = lake().docs / "gates"
    folder.mkdir(parents=True, exist_ok=True)
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    text = environment.get_template(template).render(**values)
    # a reader of the old page keeps it: the new one takes its name when it is complete
    unfinished = folder / f".{name}.unfinished"
    unfinished.write_text(scrub(text), encoding="utf-8")
    return unfinished.replace(folder / name)


def _checks_by_gate() -> dict[str, list[dict[str, Any]]]:
    """Return {gate: its last checks, newest first}, in the order of the graph."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in journal.rows(_CHECKS):
        found.setdefault(row["gate"], []).append(row)
    return {gate: found[gate][:CHECKS_SHOWN] for gate in sorted(found, key=_place)}


def _place(gate: str) -> tuple[str, int]:
    domain, _, when = gate.removeprefix("gate_").partition("__")
    return domain, MOMENTS.index(when) if when in MOMENTS else len(MOMENTS)

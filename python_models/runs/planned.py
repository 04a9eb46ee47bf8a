"""The phases a run is to go through, written before its first node for whoever follows it.

dbt writes its manifest when a run is over: until then nobody else knows what is still to come.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from ingestion.lakehouse.lake import lake
from python_models.runs.nodes import Node, domain_of, phase_of

Planned = dict[tuple[str, str], list[str]]


def write(invocation_id: str, graph: Mapping[str, Node], selected: Iterable[str]) -> None:
    """Write which nodes each phase of a product has; one build at a time runs in a lake."""
    phases: dict[str, dict[str, list[str]]] = {}
    for unique_id in sorted(selected):
        node = graph.get(unique_id)
        if node is not None and (name := phase_of(node)):
            phases.setdefault(domain_of(node) or "", {}).setdefault(name, []).append(unique_id)
    path = _path()
    path.parent.mkdir(exist_ok=True)
    unfinished = path.with_suffix(".new")
    unfinished.write_text(json.dumps({"invocation_id": invocation_id, "phases": phases}))
    unfinished.replace(path)


def read(invocation_id: str) -> Planned:
    """Return {(product, phase): its nodes} of the run that began last; of any other, nothing."""
    try:
        told = json.loads(_path().read_text())
    except (OSError, ValueError):
        return {}
    if told["invocation_id"] != invocation_id:
        return {}
    return {
        (product, name): nodes
        for product, phases in told["phases"].items()
        for name, nodes in phases.items()
    }


def _path() -> Path:
    return lake().root / "logs" / "planned.json"

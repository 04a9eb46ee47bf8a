"""The phases of the run going on: each from the start, with what is done, spent and still to do."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from dashboards.parts.text import count, so_far
from dashboards.shared import runs_live_queries as queries
from ingestion.lakehouse import journal
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import SettingsError
from ingestion.landing.products import PRODUCTS
from python_models.runs import planned
from python_models.runs.duration import MODEL_SECONDS
from python_models.runs.invocation import BAD

Row = dict[str, Any]
ENDED_BADLY = (*BAD, "killed")
SAID = {"success": "done", "waiting": "waiting", "failed": "failed", "skipped": "skipped"}


@dataclass
class Phase:
    """One phase of one product: the nodes that are to run, and what those that began have done."""

    product: str
    name: str  # with its ordinal
    planned: set[str] = field(default_factory=set)
    begun: dict[str, Row] = field(default_factory=dict)

    @property
    def state(self) -> str:
        """Say waiting, running, success, failed or skipped."""
        statuses = {row["status"] for row in self.begun.values()}
        if statuses & set(ENDED_BADLY):
            return "failed"
        if "running" in statuses or (self.begun and self.planned - set(self.begun)):
            return "running"
        if not self.begun:
            return "waiting"
        return "skipped" if statuses == {"skipped"} else "success"

    def done(self) -> int:
        """Return how many nodes have ended."""
        return sum(row["status"] != "running" for row in self.begun.values())

    def seconds(self, now: datetime) -> float | None:
        """Return how long it has been going on, or took from its first node to its last."""
        starts = [row["started_at"] for row in self.begun.values() if row["started_at"]]
        if not starts:
            return None
        ends = [row["ended_at"] for row in self.begun.values()]
        is_over = self.state != "running" and all(ends)
        return ((_instant(max(ends)) if is_over else now) - _instant(min(starts))).total_seconds()


@dataclass(frozen=True)
class LiveRun:
    """The run going on: its phases as rows of a table, and how long it still takes."""

    run_id: str
    phases: list[Row]
    nodes_done: int
    nodes: int
    eta_seconds: float | None


def live_run(now: datetime | None = None) -> LiveRun | None:
    """Return the run going on; None where there is none, or the journal cannot be read just now.

    Args:
        now: UTC and naive; default: this instant.
    """
    try:
        running = journal.rows(queries.LIVE_RUN)
        return _live(running[0], now or datetime.fromisoformat(journal.now())) if running else None
    except (sqlite3.Error, SettingsError):
        return None  # the next look comes in two seconds


def _live(run: Row, now: datetime) -> LiveRun:
    key = {"invocation_id": run["invocation_id"]}
    begun = {row["unique_id"]: row for row in journal.rows(queries.LIVE_NODES, key)}
    phases = _phases(planned.read(run["invocation_id"]), begun.values())
    spent = _spent(run["invocation_id"])
    usual, parallel = _usual(lake().journal_db, run["invocation_id"])
    left = {
        id(phase): _left(phase, spent, usual, now) / parallel for phase in phases if phase.planned
    }
    rows = [_row(phase, spent, left.get(id(phase)), now) for phase in phases]
    done = sum(phase.done() for phase in phases)
    known = sum(left.values()) if left else None
    return LiveRun(run["run_id"], rows, done, sum(len(one.planned) for one in phases), known)


def _phases(plan: planned.Planned, begun: Iterable[Row]) -> list[Phase]:
    """Return the phases of all nodes that are planned or have begun, in order."""
    found = {key: Phase(*key, planned=set(nodes)) for key, nodes in plan.items()}
    for row in begun:
        key = (row["domain"] or "", row["phase"])
        one = found.setdefault(key, Phase(*key))
        one.begun[row["unique_id"]] = row
        one.planned.add(row["unique_id"])
    order = list(PRODUCTS)
    return sorted(
        found.values(),
        key=lambda one: (
            order.index(one.product) if one.product in order else len(order),
            int(one.name.partition(" ")[0]) if one.name[:1].isdigit() else 99,
        ),
    )


def _spent(invocation_id: str) -> dict[str, Row]:
    """Return {node: calls, cached, usd; asked of wanted while it asks} of the steps so far."""
    key = {"invocation_id": invocation_id}
    if not journal.rows(queries.LIVE_LEDGER):
        return {}
    found = {row.pop("node"): row for row in journal.rows(queries.LIVE_ATTEMPTS, key)}
    for row in journal.rows(queries.LIVE_ASKING, {"name": f"asking {invocation_id} %"}):
        node, wanted = row["name"].split(" ")[2], json.loads(row["value"])
        one = found.setdefault(node, {"calls": 0, "answered": 0, "usd": 0.0})
        one["cached"] = one.get("cached", 0) + wanted["cached"]
        one["wanted"] = one.get("wanted", 0) + wanted["calls"]
    # a step that has ended says itself what it came to
    for row in journal.rows(queries.LIVE_SPENT, key):
        found[row.pop("node")] = row
    return found


def _row(phase: Phase, spent: Mapping[str, Row], left: float | None, now: datetime) -> Row:
    steps = [spent[row["node"]] for row in phase.begun.values() if row["node"] in spent]
    asking = [step for step in steps if "wanted" in step]
    rows_in, rows_out = (_sum(phase, name) for name in ("rows_in", "rows_out"))
    answered = sum(step["answered"] + step["cached"] for step in asking)
    wanted = sum(step["wanted"] for step in asking)
    seconds, state = phase.seconds(now), phase.state
    return {
        "product": PRODUCTS[phase.product].title if phase.product in PRODUCTS else "Shared",
        "phase": phase.name,
        "state": state,
        "status": f"running, {so_far(seconds)} so far" if state == "running" else SAID[state],
        "share": 100.0 * phase.done() / len(phase.planned) if phase.planned else 0.0,
        "nodes": f"{phase.done()} of {len(phase.planned)}",
        "rows": f"{count(answered)} of {count(wanted)} answers"
        if wanted
        else (None if rows_out is None else count(rows_out)),
        "rows_in": rows_in,
        "rows_out": rows_out,
        "calls": sum(step["calls"] for step in steps) if steps else None,
        "cached": sum(step.get("cached") or 0 for step in steps) if steps else None,
        "usd": sum(step["usd"] or 0.0 for step in steps) if steps else None,
        "seconds": seconds,
        "left": f"about {so_far(left)}" if left and state in ("waiting", "running") else None,
    }


def _sum(phase: Phase, name: str) -> int | None:
    known = [row[name] for row in phase.begun.values() if row[name] is not None]
    return sum(known) if known else None


def _left(
    phase: Phase, spent: Mapping[str, Row], usual: Mapping[str, float], now: datetime
) -> float:
    """Return the seconds of work that a phase still has, as its nodes took the last time.

    A step that asks is judged by its own pace, once it has an answer.
    """
    total = 0.0
    for unique_id in phase.planned:
        row, takes = phase.begun.get(unique_id), usual.get(unique_id, MODEL_SECONDS)
        if row is None:
            total += takes
        elif row["status"] == "running":
            ran = max(0.0, (now - _instant(row["started_at"])).total_seconds())
            step = spent.get(row["node"], {})
            if step.get("answered") and "wanted" in step:
                to_ask = max(0, step["wanted"] - step["cached"] - step["answered"])
                total += ran / step["answered"] * to_ask
            else:
                total += max(0.0, takes - ran)
    return total


@lru_cache(maxsize=2)
def _usual(path: Path, invocation_id: str) -> tuple[dict[str, float], float]:
    """Return {node: seconds it took last} and how many nodes ran beside each other on average.

    Args:
        path: the journal that is in force: another lake has another past.
        invocation_id: the run they are asked for; its past does not change while it lasts.
    """
    seconds: dict[str, float] = {}
    sums: dict[str, float] = {}
    whole: dict[str, float] = {}
    for row in journal.rows(queries.USUAL_SECONDS):
        seconds[row["unique_id"]] = row["seconds"] or 0.0
        sums[row["invocation_id"]] = sums.get(row["invocation_id"], 0.0) + (row["seconds"] or 0.0)
        whole[row["invocation_id"]] = row["run_seconds"] or 0.0
    ratios = [sums[one] / whole[one] for one in sums if whole[one] > 0]
    return seconds, max(1.0, ratios[-1]) if ratios else 1.0


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)

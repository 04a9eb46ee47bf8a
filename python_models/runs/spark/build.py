"""Builds in layers: what `make run`, `make build` and `make resume` do with ENGINE=spark.

The layers run one after another, each as an invocation of dbt of its own, under one id, one lock
and one set of pinned raw tables. One that fails stops those after it.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any

import duckdb

from ingestion.lakehouse import journal, lock
from ingestion.lakehouse.faults import fault
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.output import say
from ingestion.lakehouse.settings import SettingsError, scrub
from ingestion.landing.products import PRODUCTS
from python_models.release import release_file
from python_models.release.run_states import ending, mark_killed, record_not_started
from python_models.runs import alerts, invocation
from python_models.runs.dbt_command import dbt
from python_models.runs.invocation import BEGIN_VARIABLE, RESUME_VARIABLE
from python_models.runs.let_pass import loads_let_pass
from python_models.runs.nodes import domain_of
from python_models.runs.spark import marts, servers
from python_models.runs.spark.hand_over import NotHandedOver, to_catalog
from python_models.runs.spark.layers import SPARK, Layer, cut, read_across, selector
from python_models.runs.spark.listing import Listed, listed, target_of_spark
from python_models.runs.spark.pins import pinned
from python_models.runs.spark.told import Told, taken_over, written

# options of dbt that say which nodes are meant, with their values
_SELECTING = (
    "--select", "-s", "--models", "-m", "--exclude", "--selector", "--resource-type",
    "--resource-types", "--exclude-resource-type", "--exclude-resource-types",
    "--indirect-selection",
)  # fmt: skip
_BOTH = ("--vars",)


def build_in_layers(command: Sequence[str], told: Mapping[str, str], run_id: str) -> int:
    """Run what `dbt build` was to run, in layers; returns the exit code of the last one that ran.

    Args:
        command: `build` and its arguments.
        told: environment of the whole run.
        run_id: the run that begins, or the one that is gone on with.

    Raises:
        SettingsError: a server, a package, or a setting is missing.
        LakeLocked: somebody else builds.
    """
    servers.require_installed()
    servers.require_told()
    with lock.build_lock("a build on Spark"):
        selecting, rest = parted(command[1:])
        found = listed(selecting, told)
        layers = cut(found.graph, found.selected)
        is_new = not journal.rows("select 1 from run_args where run_id = ? limit 1", (run_id,))
        run = Run(run_id, is_new, found, layers, rest, dict(told))
        return run.go()


class Run:
    """One run in layers, while it lasts."""

    def __init__(
        self,
        run_id: str,
        is_new: bool,
        found: Listed,
        layers: list[Layer],
        rest: list[str],
        told: dict[str, str],
    ) -> None:
        self.run_id, self.is_new = run_id, is_new
        self.found, self.graph, self.layers, self.rest = found, found.graph, layers, rest
        self.told = told
        self.pins = invocation.pins_of(run_id)
        newest = journal.rows("select coalesce(max(rowid), 0) as place from runs")
        self.begun_after = newest[0]["place"]
        self.pinning = 0.0  # seconds in which raw tables were named for Spark
        self.took: list[dict[str, Any]] = []

    def go(self) -> int:
        """Build the layers; returns the exit code of the last one that ran."""
        nodes = [self.graph[name] for layer in self.layers for name in layer.nodes]
        products = sorted({name for one in nodes if (name := domain_of(one)) in PRODUCTS})
        namespaces = {
            self.graph[name]["schema"]
            for layer in self.layers
            for name in layer.nodes
            if layer.engine == SPARK
        }
        if not namespaces:
            return self._all(None)
        with servers.running(namespaces) as running:
            began = time.monotonic()
            with pinned(self.pins, products):
                self.pinning = time.monotonic() - began
                return self._all(running)

    def _all(self, running: servers.Servers | None) -> int:
        code = 0
        for number, layer in enumerate(self.layers, 1):
            try:
                if running is not None:
                    running.require_alive()
                code = self._one(number, layer, running)
            except (NotHandedOver, SettingsError, OSError, duckdb.Error) as error:
                return self._stopped(error)
            if code:
                mark_killed()  # a process that was ended said nothing
                return code
        return code

    def _one(self, number: int, layer: Layer, running: servers.Servers | None) -> int:
        across = read_across(self.graph, layer)
        more: dict[str, str] = {}
        began = time.monotonic()
        if layer.engine == SPARK and running is not None:
            to_catalog(across.values(), f"{self.run_id}-{number}", self.run_id)
            marts.prepare([self.graph[one] for one in layer.nodes])
            fault("layer.handed_over")
            more = running.environment | target_of_spark() | self._handed_over()
        told = Told(
            number=number,
            count=len(self.layers),
            engine=layer.engine,
            pins=self.pins,
            left=[one for later in self.layers[number - 1 :] for one in later.nodes],
            arguments=self.found.asked,
            reads=[[one["schema"], one.get("alias") or one["name"]] for one in across.values()]
            if layer.engine != SPARK
            else [],
        )
        name = BEGIN_VARIABLE if self.is_new and number == 1 else RESUME_VARIABLE
        selectors = [selector(one) for one in layer.nodes]
        # the other engine is what dbt takes without a word: named, all would be parsed anew for it
        target = ["--target", SPARK] if layer.engine == SPARK else []
        command = [
            "build", *target, "--indirect-selection", "empty", *self.rest, "--select", *selectors,
        ]  # fmt: skip
        say(f"Layer {number} of {len(self.layers)}: {len(layer.nodes)} nodes on {layer.engine}")
        handed_over = time.monotonic()
        more |= {name: self.run_id, journal.LAYERS_BEFORE: self.begun()} | written(told)
        code = dbt(command, self.told | more)
        self._note(layer, handed_over - began, time.monotonic() - handed_over)
        return code

    def begun(self) -> str:
        """Return the invocations this process has begun so far, apart from others of the run."""
        rows = journal.rows(
            "select invocation_id from runs where run_id = ? and rowid > ? order by rowid",
            (self.run_id, self.begun_after),
        )
        return " ".join(row["invocation_id"] for row in rows)

    def _note(self, layer: Layer, handing_over: float, seconds: float) -> None:
        """Write beside the logs how long each layer of the last run took, and what of it, or
        before it, went to tables of the other engine."""
        handing_over += taken_over()
        took = {"handing_over_s": round(handing_over, 3), "seconds": round(seconds, 3)}
        self.took.append({"engine": layer.engine, "nodes": len(layer.nodes), **took})
        path = lake().root / "logs" / "layers.json"
        found = {"run_id": self.run_id, "pinning_s": round(self.pinning, 3), "layers": self.took}
        path.write_text(json.dumps(found))

    def _handed_over(self) -> dict[str, str]:
        """Return what the project's macros are told on DuckDB by plugins."""
        return {
            "SLUICE_INCREMENTAL_SCOPE": json.dumps(self.found.scopes),
            "SLUICE_LOADS_LET_PASS": json.dumps(loads_let_pass()),
        }

    def _stopped(self, error: Exception) -> int:
        """Say of the run that it failed between two layers."""
        sys.stderr.write(scrub(f"{error}\n"))
        begun = journal.rows(
            "select invocation_id, started_at, status from runs where run_id = ? order by rowid",
            (self.run_id,),
        )
        for row in begun:
            if row["status"] == "running":
                end = ending(row["started_at"], journal.now(), "failed", scrub(str(error)))
                journal.change("runs", {"invocation_id": row["invocation_id"]}, end)
        if not begun:  # its first layer was not reached
            record_not_started(self.run_id, "a build on Spark", str(error))
            return 1
        release_file.refresh(None)
        alerts.after_run(begun[-1]["invocation_id"])
        return 1


def parted(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return what selects nodes among arguments of `dbt build`, and the rest; `--vars` is both."""
    selecting: list[str] = []
    rest: list[str] = []
    into: list[list[str]] = [rest]
    for word in arguments:
        if word.startswith("-"):
            name = word.partition("=")[0]
            into = [selecting] if name in _SELECTING else [rest]
            if name in _BOTH:
                into = [selecting, rest]
        for one in into:
            one.append(word)
    return selecting, rest

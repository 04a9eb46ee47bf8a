"""Command `make mlflow-export`: one MLflow run per cell of a grid, over MLflow's REST API.

Nothing of MLflow is installed here. A cell that was exported as it is stays untouched; one that
says something else is a new run, and the old one stays.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from collections.abc import Iterator, Mapping
from typing import Any

import httpx2

from ingestion.lakehouse.make_words import Arguments
from ingestion.lakehouse.output import say
from ingestion.lakehouse.settings import SettingsError, told, variables
from python_models.knowledge.grid.cells import AXES
from python_models.knowledge.search.find import asking
from python_models.knowledge.search.hits import Ask
from python_models.release.reader import NothingReleased, open_release

API = "/api/2.0/mlflow"
SECONDS = 30.0
MOST_METRICS = 1000  # of one request
CELLS = """
select *
from knowledge.grid_cells
where $grid is null or grid_id = $grid
order by grid_id, cell_id
"""
METRICS = """
select metric, value, low, high, n
from knowledge.grid_metrics
where grid_id = $grid and cell_id = $cell
order by metric
"""
NOT_FOUND = 404


class ExportFailed(RuntimeError):
    """The server did not take it; the message says what it said."""


class Tracking:
    """An MLflow server, as far as it is written to."""

    def __init__(self, uri: str) -> None:
        if not uri.startswith(("http://", "https://")):
            raise SettingsError(
                "MLFLOW_TRACKING_URI is the address of a server: http://127.0.0.1:5000, which "
                "`make mlflow` serves"
            )
        self._base = uri.rstrip("/") + API
        self._client = httpx2.Client(timeout=SECONDS)

    def experiment(self, name: str) -> str:
        """Return the id of an experiment; it is made where there is none."""
        found = self._send("GET", "experiments/get-by-name", {"experiment_name": name}, may=True)
        if found is not None:
            return str(found["experiment"]["experiment_id"])
        made = self._send("POST", "experiments/create", {"name": name})
        return str((made or {})["experiment_id"])

    def has_run(self, experiment: str, digest: str) -> bool:
        """Say whether a cell was exported as it is."""
        asked = {
            "experiment_ids": [experiment],
            "filter": f"tags.`sluice.content` = '{digest}'",
            "max_results": 1,
        }
        return bool((self._send("POST", "runs/search", asked) or {}).get("runs"))

    def add_run(self, experiment: str, name: str, run: Mapping[str, Any]) -> None:
        """Write one finished run; it bears its content's tag only when it is whole."""
        now = int(time.time() * 1000)
        made = self._send("POST", "runs/create", {
            "experiment_id": experiment, "run_name": name, "start_time": now,
            "tags": [{"key": "sluice.cell", "value": name}],
        }) or {}  # fmt: skip
        run_id = made["run"]["info"]["run_id"]
        params = [{"key": key, "value": str(value)} for key, value in run["params"].items()]
        metrics = [{"key": key, "value": value, "timestamp": now, "step": 0}
                   for key, value in run["metrics"].items()]  # fmt: skip
        for at in range(0, max(len(metrics), 1), MOST_METRICS):
            batch = {"run_id": run_id, "metrics": metrics[at : at + MOST_METRICS]}
            self._send("POST", "runs/log-batch", batch | {"params": [] if at else params})
        tag = {"run_id": run_id, "key": "sluice.content", "value": digest_of(run)}
        self._send("POST", "runs/set-tag", tag)
        self._send("POST", "runs/update", {"run_id": run_id, "status": "FINISHED", "end_time": now})

    def _send(
        self, method: str, path: str, said: Mapping[str, Any], may: bool = False
    ) -> dict[str, Any] | None:
        """Return what the server answers; None where it may not know and does not."""
        address, is_read = f"{self._base}/{path}", method == "GET"
        try:
            answer = self._client.request(
                method, address, params=said if is_read else None, json=None if is_read else said
            )
        except httpx2.HTTPError as error:
            raise ExportFailed(
                f"No MLflow server answers at MLFLOW_TRACKING_URI ({type(error).__name__}); "
                "`make mlflow` serves one."
            ) from None
        if may and answer.status_code == NOT_FOUND:
            return None
        if answer.status_code >= 400:
            raise ExportFailed(f"MLflow refused {path}: {answer.status_code} {answer.text[:300]}")
        found: dict[str, Any] = answer.json()
        return found


def digest_of(run: Mapping[str, Any]) -> str:
    """Return what names a run's content."""
    said = json.dumps(run, sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def runs_of(ask: Ask, grid: str | None) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each cell's name with its parameters and metrics."""
    for cell in ask(CELLS, grid=grid).to_pylist():
        params = {axis: cell[f"{axis}_id"] for axis in AXES}
        params |= {name: cell[name] for name in ("resolution_id", "graph_id", "released")}
        metrics: dict[str, float] = {}
        for row in ask(METRICS, grid=cell["grid_id"], cell=cell["cell_id"]).to_pylist():
            parts = {"": row["value"], "_low": row["low"], "_high": row["high"], "_n": row["n"]}
            metrics |= {f"{row['metric']}{end}": float(value) for end, value in parts.items()
                        if value is not None}  # fmt: skip
        name = f"{cell['grid_id']}/{cell['cell_id']}"
        yield name, {"cell": name, "params": params, "metrics": metrics}


def export(ask: Ask, tracking: Tracking, experiment: str, grid: str | None) -> tuple[int, int]:
    """Write the cells a server does not have as they are; returns (written, left)."""
    experiment_id = tracking.experiment(experiment)
    written = left = 0
    for name, run in runs_of(ask, grid):
        if tracking.has_run(experiment_id, digest_of(run)):
            left += 1
        else:
            tracking.add_run(experiment_id, name, run)
            written += 1
    return written, left


def main(arguments: list[str] | None = None) -> int:
    """Export; returns the exit code."""
    options = _options(arguments)
    known = variables()
    uri = known.get("MLFLOW_TRACKING_URI", "").strip()
    if not uri:
        sys.stderr.write("MLFLOW_TRACKING_URI is not set: nothing was sent.\n")
        return 1
    experiment = known.get("MLFLOW_EXPERIMENT", "").strip() or "sluice-knowledge"
    try:
        with open_release() as release:
            written, left = export(asking(release), Tracking(uri), experiment, options.grid)
    except (NothingReleased, ExportFailed) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    say(f"{written} cells are new in the experiment {experiment}, {left} were there as they are.")
    return 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = Arguments(prog="python -m python_models.knowledge.mlflow_export", description=__doc__)
    parser.add_argument("--grid", help="only this grid")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(told(main))

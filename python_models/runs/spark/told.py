"""What the process that builds a layer is told by the run it is a part of.

A run of layers is one in the journal: one id, one set of pinned raw tables, and as what was to be
part of it all that was asked for. A layer that is not the last does not end it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ingestion.lakehouse import journal
from ingestion.lakehouse.lake import lake
from python_models.runs.raw_views import Pins

VARIABLE = "SLUICE_LAYER"  # path of the file that says it
_TAKEN_OVER = "layer_taken_over.txt"


@dataclass(frozen=True)
class Told:
    """See the module docstring."""

    number: int  # counted from 1
    count: int
    engine: str
    pins: Pins
    left: list[str]  # unique ids that this layer and those after it are to build
    arguments: dict[str, Any]  # dbt's, as they were asked of the whole run
    reads: list[list[str]]  # schema and name of tables that the other engine made

    @property
    def is_last(self) -> bool:
        """Whether the run has ended when this layer has."""
        return self.number == self.count


def written(told: Told) -> dict[str, str]:
    """Write what a layer is told; return the variable that says where."""
    path = lake().root / "logs" / "layer.json"
    path.parent.mkdir(exist_ok=True)
    path.with_name(_TAKEN_OVER).unlink(missing_ok=True)
    unfinished = path.with_suffix(".new")
    unfinished.write_text(json.dumps(asdict(told)))
    unfinished.replace(path)
    return {VARIABLE: str(path)}


@lru_cache(maxsize=1)
def told() -> Told | None:
    """Return what this process is told; None when it builds no layer."""
    path = os.environ.get(VARIABLE)
    return Told(**json.loads(Path(path).read_text())) if path else None


def took_over(seconds: float) -> None:
    """Say to the run how long its layer took to see what the other engine had made."""
    (lake().root / "logs" / _TAKEN_OVER).write_text(f"{seconds:.3f}")


def taken_over() -> float:
    """Return how long the layer that has just ended took for that, in seconds."""
    path = lake().root / "logs" / _TAKEN_OVER
    return float(path.read_text()) if path.exists() else 0.0


def run_pid() -> int:
    """Return the process that a run lives as long as: of a layer, the one that started it."""
    return os.getppid() if told() else os.getpid()


def of_run(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return dbt's arguments as they were asked of the whole run."""
    layer = told()
    return {**arguments, **layer.arguments} if layer else dict(arguments)


def end_layers_before(run_id: str) -> None:
    """Say of the layers before this one that they succeeded: otherwise it would not have begun."""
    layer = told()
    if layer and layer.number > 1:
        key = {"run_id": run_id, "status": "running", "pid": run_pid()}
        journal.change("runs", key, {"status": "success"})

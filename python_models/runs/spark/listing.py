"""What is to be built, as dbt knows it for the target `spark`: one process parses and lists.

python -m python_models.runs.spark.listing <file> <options of `dbt ls`>
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingestion.lakehouse.dbt_environment import environment, target_folder
from ingestion.lakehouse.settings import SettingsError, scrub
from python_models.release.spark_names import PREFIX
from python_models.runs import dbt_command
from python_models.runs.nodes import Node

TARGET = "DBT_TARGET_PATH"
PINNED = "SLUICE_PINNED"  # the prefix of pinned tables, for the schemas of dbt's sources
_KEPT = (
    "unique_id", "name", "alias", "schema", "fqn", "resource_type", "language", "description",
)  # fmt: skip
_CONFIG = ("full_refresh", "materialized", "meta", "contract", "enabled")


@dataclass(frozen=True)
class Listed:
    """The project's nodes by unique id, those selected, the scope of incremental models, and the
    arguments as a build of one invocation would record them."""

    graph: dict[str, Node]
    selected: list[str]
    scopes: dict[str, Any]
    asked: dict[str, Any]


def target_of_spark() -> dict[str, str]:
    """Return where dbt keeps what it parsed for `spark`, in a folder of its own, and the prefix of
    what a run pins: it parses anew what it was told otherwise of."""
    return {TARGET: str(target_folder() / "spark"), PINNED: PREFIX}


def listed(selecting: Sequence[str], told: Mapping[str, str]) -> Listed:
    """Return what a build selects.

    Args:
        selecting: options of dbt that select nodes.
        told: environment of the build.

    Raises:
        SettingsError: dbt cannot parse the project, or select so; with what it says.
    """
    path = target_folder() / "spark" / "listed.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    module = "python_models.runs.spark.listing"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", module, str(path), *selecting],
        cwd=dbt_command.DBT_FOLDER,
        env=environment({"DBT_QUIET": "1", **told, **target_of_spark()}),
        capture_output=True,
        text=True,
    )
    if not path.exists():
        says = f"{done.stdout}{done.stderr}"
        raise SettingsError(scrub(f"dbt could not list what to build:\n{says}"))
    return Listed(**json.loads(path.read_text()))


def main(arguments: Sequence[str]) -> int:
    """Write what `dbt ls` finds into a file; returns the exit code."""
    from dbt.cli.main import dbtRunner

    from python_models.runs.dbt_overhead import collect_seldom
    from python_models.runs.incremental_scope import scopes

    collect_seldom()
    path, *selecting = arguments
    parsed = dbtRunner().invoke(["parse", "--target", "spark"])
    if not parsed.success:
        sys.stderr.write(f"{parsed.exception}\n")
        return 1
    manifest: Any = parsed.result
    command = ["ls", "--target", "spark", "--output", "json", "--output-keys", "unique_id"]
    found = dbtRunner(manifest=manifest).invoke([*command, *selecting])
    if not found.success:
        sys.stderr.write(f"{found.exception}\n")
        return 1
    lines: Any = found.result
    document = {
        "graph": {name: _kept(node.to_dict()) for name, node in manifest.nodes.items()},
        "selected": [json.loads(line)["unique_id"] for line in lines],
        "scopes": scopes(manifest),
        "asked": asked(selecting),
    }
    unfinished = Path(path).with_suffix(".new")
    unfinished.write_text(json.dumps(document, default=str))
    unfinished.replace(path)
    return 0


def asked(selecting: Sequence[str]) -> dict[str, Any]:
    """Return what `dbt build` makes of options that select nodes; each layer has its own."""
    from dbt.cli.main import build

    given = build.make_context("build", list(selecting), resilient_parsing=True).params
    names = ("select", "exclude", "resource_types")
    found = {name: list(given[name] or ()) for name in names}
    if not found["resource_types"]:
        del found["resource_types"]
    return found | {"indirect_selection": None}


def _kept(node: dict[str, Any]) -> dict[str, Any]:
    config = node.get("config") or {}
    return {
        **{name: node.get(name) for name in _KEPT},
        "config": {name: config[name] for name in _CONFIG if name in config},
        "depends_on": {"nodes": (node.get("depends_on") or {}).get("nodes", [])},
        "columns": {
            name: {"name": column["name"], "data_type": column.get("data_type")}
            for name, column in (node.get("columns") or {}).items()
        },
    }


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

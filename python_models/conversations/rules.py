"""The SQL of validation as dbt compiles it, kept in the lake for who validates single conversations
without a build.

dbt seeds and compiles in a lake of its own, for a full refresh: the text then knows of no earlier
rows. What comes of it is kept under the hash of the project's SQL, so that it is made once.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingestion.lakehouse.dbt_environment import DBT, DBT_FOLDER, environment
from ingestion.lakehouse.file_lock import one_at_a_time
from ingestion.lakehouse.lake import lake
from python_models.runs.fingerprint import digest, project_texts

SEEDS, MODELS = "seeds.duckdb", "models.json"
_SELECTED = (
    "--indirect-selection", "empty", "--select", "+quality,path:models/conversations",
)  # fmt: skip
# tier 3: what a judge is shown, and what it said once it is checked
QUEUED, CHECKED = (
    "int_conversations__conversations_queued",
    "int_conversations__judgements_checked",
)
_LAYOUT = 2  # of the models that are kept
_WORDS_SHOWN = 1_000


class RulesFailed(RuntimeError):
    """dbt could not compile the rules; the message is the end of what it said."""


@dataclass(frozen=True)
class Model:
    """One model: its table, how it is stored, whether it is made of seeds alone."""

    name: str
    relation: str
    is_view: bool
    is_constant: bool
    sql: str


@dataclass(frozen=True)
class Rules:
    """Compiled models in the order in which they are made, and the file of their seeds."""

    version: str
    seeds: Path
    models: tuple[Model, ...]


def rules() -> Rules:
    """Return the rules of the project as it is; compiles them when nobody has yet.

    Raises:
        RulesFailed: dbt could not.
    """
    version = rules_version()
    folder = lake().root / "dbt" / f"rules-{version}"
    if not (folder / MODELS).exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with one_at_a_time(folder.parent):
            if not (folder / MODELS).exists():
                _make(folder)
    told = json.loads((folder / MODELS).read_text(encoding="utf-8"))
    return Rules(version, folder / SEEDS, tuple(Model(**one) for one in told))


def rules_version() -> str:
    """Return a hash of all that decides what dbt compiles."""
    texts = project_texts()
    decides = [
        (path, digest(text)) for path, text in texts.items() if path.startswith("dbt_project")
    ]
    return digest(json.dumps([_LAYOUT, decides]))


def _make(folder: Path) -> None:
    making = folder.with_name(f".{folder.name}")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir()
    try:
        _dbt(making, "seed", "--select", "path:seeds/conversations")
        _dbt(making, "compile", "--full-refresh", *_SELECTED)
        models = _compiled(making / "target")
        (making / "lake" / "build.duckdb").rename(making / SEEDS)
        for path in ("lake", "target", "logs"):
            shutil.rmtree(making / path, ignore_errors=True)
        (making / MODELS).write_text(json.dumps(models), encoding="utf-8")
        for old in folder.parent.glob("rules-*"):
            shutil.rmtree(old, ignore_errors=True)
        making.rename(folder)
    finally:
        shutil.rmtree(making, ignore_errors=True)


def _dbt(folder: Path, *arguments: str) -> None:
    own = {
        "SLUICE_LAKE": str(folder / "lake"),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
    }
    done = subprocess.run(
        [*DBT, *arguments, "--quiet"],
        cwd=DBT_FOLDER, env=environment(own), check=False, text=True, errors="replace",
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    if done.returncode:
        raise RulesFailed(f"dbt {arguments[0]}: {done.stdout[-_WORDS_SHOWN:].strip()}")


def _compiled(target: Path) -> list[dict[str, Any]]:
    nodes = json.loads((target / "manifest.json").read_text(encoding="utf-8"))["nodes"]
    results = json.loads((target / "run_results.json").read_text(encoding="utf-8"))["results"]
    found = []
    for result in results:
        node = nodes[result["unique_id"]]
        # an ephemeral one has no table: it stands in the text of those that read it
        if node["language"] != "sql" or not node["relation_name"]:
            continue
        found.append(
            {
                "name": node["name"],
                "relation": node["relation_name"],
                "is_view": node["config"]["materialized"] == "view",
                "is_constant": _is_constant(nodes, result["unique_id"]),
                "sql": result["compiled_code"],
            }
        )
    return found


def _is_constant(nodes: Mapping[str, Any], node: str) -> bool:
    """Say whether a model is made of seeds alone."""
    known = nodes.get(node)
    if known is None:
        return False  # a source
    if known["resource_type"] == "seed":
        return True
    above = known["depends_on"]["nodes"]
    return bool(above) and all(_is_constant(nodes, one) for one in above)

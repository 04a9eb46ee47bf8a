"""The dbt models of tiers 1 and 2, run in this process over a tiny database.

They are copied into a project of their own: everything these models need and nothing else, so
that a test starts in a second and says nothing about models it is not about.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import duckdb
import yaml
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

from python_models.runs.dbt_main import parse_seldom

ROOT = Path(__file__).resolve().parents[3]
PROJECT = ROOT / "dbt_project"
LAST_MODEL = "int_conversations__loads_processed"
# what a build of everything must give, whatever the order of the loads
STORED = {
    "int_conversations__records_validated": "record_id",
    "int_conversations__conversations_measured": "conversation_id",
    "int_conversations__conversation_texts": "conversation_id",
    "int_conversations__prompts_removed": "conversation_id",
    "int_conversations__languages_detected": "conversation_id",
    "int_conversations__phrases_found": "conversation_id, turn, kind, phrase",
    "int_conversations__personal_data_found": "conversation_id, turn, kind, hint",
    "int_conversations__checks_scored": "conversation_id",
    "int_conversations__tiers_scored": "conversation_id",
}
PROFILE = """
sluice:
  target: local
  outputs:
    local:
      {{type: duckdb, path: '{path}', schema: main, threads: 1, settings: {{TimeZone: UTC}},
       plugins: [{{module: python_models.runs.incremental_scope}}]}}
"""
OPEN_GATE = """
def model(dbt, session):
    dbt.config(materialized="table", tags=["gate"])
    return session.sql("select true as is_open")
"""
_REF = re.compile(r"""ref\(['"]((?:stg|int|gate)_conversations__\w+)['"]\)""")


def needed_models() -> dict[str, Path]:
    """Return the last model and all it is made from, as their files say."""
    files = {path.stem: path for path in (PROJECT / "models/conversations").rglob("*.sql")}
    python = (ROOT / "python_models/models/conversations").glob("int_*.py")
    files |= {path.stem: path for path in python}
    needed: dict[str, Path] = {}
    left = [LAST_MODEL]
    while left:
        name = left.pop()
        if name in files and name not in needed:
            needed[name] = files[name]
            left += _REF.findall(files[name].read_text())
    return needed


def write_project(folder: Path) -> None:
    """Copy what is needed into a dbt project of its own."""
    settings = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())
    settings["model-paths"] = ["models"]
    for hook in ("on-run-start", "on-run-end"):
        settings.pop(hook, None)
    folder.mkdir(parents=True)
    (folder / "dbt_project.yml").write_text(yaml.safe_dump(settings))
    for part in ("macros", "data_tests/generic"):
        shutil.copytree(PROJECT / part, folder / part)
    shutil.copytree(PROJECT / "seeds/conversations", folder / "seeds/conversations")
    text = ""
    for path in needed_models().values():
        layer = "intermediate" if path.suffix == ".py" else path.parent.name
        target = folder / "models" / "conversations" / layer
        target.mkdir(parents=True, exist_ok=True)
        for file in (path, path.with_suffix(".yml")):
            shutil.copy(file, target)
        text += path.read_text()
    sources = PROJECT / "models/conversations/staging/_sources.yml"
    shutil.copy(sources, folder / "models/conversations")
    for gate in set(re.findall(r"gate_conversations__\w+", text)):
        (folder / "models" / f"{gate}.py").write_text(OPEN_GATE)


class Models:
    """The models' project and the database its next run is about."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "models_project"
        write_project(self.folder)
        parse_seldom()
        self.database = folder / "none.duckdb"

    def use(self, database: Path) -> None:
        """Go on with another database; its seeds are loaded at once."""
        self.database = database
        (self.folder / "profiles.yml").write_text(PROFILE.format(path=database))
        self.run(command="seed")

    def run(self, *arguments: str, command: str = "run") -> None:
        """Run dbt over everything; raises when a node fails."""
        places = ["--project-dir", str(self.folder), "--profiles-dir", str(self.folder)]
        places += ["--target-path", str(self.folder / "target")]
        places += ["--log-path", str(self.folder / "logs"), "--quiet"]
        DuckDBConnectionManager.close_all_connections()
        result = dbtRunner().invoke([command, *places, *arguments])
        DuckDBConnectionManager.close_all_connections()
        if not result.success:
            failed = [
                f"{item.node.name}: {item.message}"
                for item in getattr(result.result, "results", [])
                if item.status not in ("success", "pass", "skipped")
            ]
            raise AssertionError(result.exception or "\n".join(failed))

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Ask the build database."""
        with duckdb.connect(str(self.database)) as connection:
            return connection.execute(query).fetchall()

    def stored(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return every stored table, ordered by its key, without the time it was made at."""
        return {
            name: self.rows(
                "select columns(c -> c not in ('validated_at')) "
                f"from conversations_intermediate.{name} order by {key}"
            )
            for name, key in STORED.items()
        }

"""The models of phases 1 to 3 and their marts, built by dbt over raw tables of a test.

They are copied into a project of their own, with the real gates and hooks, so that phases are
kept and runs go on from one another as they do for a user.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import yaml

from ingestion.lakehouse.catalog import catalog
from ingestion.lakehouse.extensions import connect_duckdb
from ingestion.lakehouse.lake import lake
from python_models.release import phase_tables
from python_models.runs import dbt_command
from tests import parsed_once

ROOT = Path(__file__).resolve().parents[3]
PROJECT = ROOT / "dbt_project"
MARTS = {
    "articles": "article_id",
    "article_versions": "article_id, version",
    "article_sources": "article_id, source",
    "passages": "article_id, version, passage_no",
    "sources": "source",
    "stories": "story_id",
    "story_articles": "article_id",
    "tier1": "run_id, article_id",
}
LAST = ("phase_news__03_tier1_filter", *MARTS)
_REF = re.compile(r"""ref\(\s*['"](\w+)['"]""")


def needed() -> dict[str, Path]:
    """Return the last models and all models they are made from, as their files say."""
    files = {path.stem: path for path in (PROJECT / "models/news").rglob("*.sql")}
    files |= {path.stem: path for path in (ROOT / "python_models/models/news").glob("*.py")}
    found: dict[str, Path] = {}
    left = list(LAST)
    while left:
        name = left.pop()
        if name in files and name not in found:
            found[name] = files[name]
            left += _REF.findall(files[name].read_text())
    return found


def write_project(folder: Path) -> None:
    """Copy what is needed into a dbt project of its own."""
    settings = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())
    settings["model-paths"] = ["models"]
    folder.mkdir(parents=True)
    (folder / "dbt_project.yml").write_text(yaml.safe_dump(settings))
    shutil.copy(PROJECT / "profiles.yml", folder)
    for part in ("macros", "data_tests/generic", "seeds/news"):
        shutil.copytree(PROJECT / part, folder / part)
    for path in needed().values():
        layer = path.parent.name if path.suffix == ".sql" else "."
        target = folder / "models" / "news" / layer
        target.mkdir(parents=True, exist_ok=True)
        for file in (path, path.with_suffix(".yml")):
            shutil.copy(file, target)
    shutil.copy(PROJECT / "models/news/staging/_sources.yml", folder / "models/news/staging")


class Models:
    """The project, over the lake that the environment names."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "news_project"
        self._is_tested = False
        write_project(self.folder)
        parsed_once.lend(self.folder / "target", {}, self.folder)

    def build(self, run_id: str, *arguments: str, **more: str) -> None:
        """Build one run of news; raises when a node fails."""
        assert self.try_build(run_id, *arguments, **more) == 0, run_id

    def try_build(self, run_id: str, *arguments: str, **more: str) -> int:
        """Build one run; returns dbt's exit code."""
        folder, dbt_command.DBT_FOLDER = dbt_command.DBT_FOLDER, self.folder
        paths = {
            "DBT_TARGET_PATH": str(self.folder / "target"),
            "DBT_LOG_PATH": str(self.folder / "logs"),
        }
        try:
            named = ["--vars", f'{{"news_run": "{run_id}"}}']
            command = ["build", *named, *self._without_tests(), *arguments]
            return dbt_command.dbt(command, paths | more)
        finally:
            dbt_command.DBT_FOLDER = folder

    def _without_tests(self) -> list[str]:
        """The first build runs the data tests and unit tests too; for all, they take too long."""
        before, self._is_tested = self._is_tested, True
        return ["--exclude-resource-type", "test", "unit_test"] if before else []

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Ask the build database."""
        with connect_duckdb(lake().build_db, read_only=True) as connection:
            connection.execute("set schema = 'news_intermediate'")
            return connection.execute(query).fetchall()

    def mappings(self, query: str) -> list[dict[str, Any]]:
        """Ask the build database; rows as {column: value}."""
        with duckdb.connect(str(lake().build_db), read_only=True) as connection:
            connection.execute("set schema = 'news_intermediate'")
            return connection.sql(query).to_arrow_table().to_pylist()

    def forget(self) -> None:
        """Remove the build database, as a person who wants a full refresh of everything."""
        for path in lake().root.glob("build.duckdb*"):
            path.unlink()

    def marts(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return every mart, ordered by its key."""
        return {
            name: self.rows(f"select * from news.{name} order by {key}")
            for name, key in MARTS.items()
        }


def report_stories(run_id: str, story_ids: list[str]) -> None:
    """Keep phase 10 of a run as its last node does, with these stories in the report."""
    rows = [
        {
            "run_id": run_id,
            "attempt": 1,
            "relation": "report_items",
            "row_no": number,
            "row": f'{{"story_id": "{story_id}"}}',
        }
        for number, story_id in enumerate(story_ids, start=1)
    ]
    known = {"run_id": run_id, "attempt": 1, "phase_name": "final_report", "phase_number": 10}
    known |= {"sequence": _next_sequence(), "status": "completed", "relations": "{}"}
    phase_tables.commit_phase("news_phases", pa.Table.from_pylist(rows, phase_tables.ROW), known)


def _next_sequence() -> int:
    runs = catalog().load_table(("news_phases", phase_tables.RUNS)).scan().to_arrow()
    return max(runs["sequence"].to_pylist(), default=0) + 1

"""One lake in which a study is run, changed and judged again; its states, read once."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pytest

from python_models.experiments.rejudge import chosen_essays
from python_models.experiments.rejudge import write_study as write_rejudge
from tests import forked, parsed_once
from tests.python_models.experiments.studies import DRAFT, FILES, STUDY, write_study

ROOT = Path(__file__).resolve().parents[3]
MORE = {
    "templates/draft.csv": "template_id,parser\nidea,tag:idea\nplain,\nbroken,tag:missing\n",
    "templates/draft/plain.jinja": "Plainly.\n" + DRAFT.partition("\n")[2].rpartition("Write")[0],
    "templates/draft/broken.jinja": "Broken.\n" + DRAFT.partition("\n")[2].rpartition("Write")[0],
}
PAIRS = {
    "study.yml": STUDY + "pairs: [essay_template]\n",
    "templates/comparison.csv": "template_id\nbetter\n",
    "templates/comparison/better.jinja": (
        'Which is better?\n{{ essay_a | data("A") }}\n{{ essay_b | data("B") }}\n'
    ),
}
# what comes after has tests of its own
UP_TO_GENERATIONS = ("+generations", "cohorts", "membership")
RETOLD = {"templates/draft/idea.jinja": DRAFT.replace("Link", "Join")}
ESSAY = "Ants and bells have one thing in common: nobody hears the first."
JUDGE = "second_judge,offline,sluice-offline-small-1,false,true,{}\n"


@dataclass
class State:
    """What was there after one run."""

    code: int
    said: str
    calls: dict[str, int]  # answers in the ledger by step
    attempts: int
    cohorts: list[dict[str, Any]] = field(default_factory=list)
    generations: dict[str, dict[str, Any]] = field(default_factory=dict)
    membership: list[dict[str, Any]] = field(default_factory=list)
    released: int = 0  # generations a reader sees

    def of(self, stage: str, status: str | None = None) -> list[dict[str, Any]]:
        """Return the generations of a stage."""
        return [
            row
            for row in self.generations.values()
            if row["stage"] == stage and status in (None, row["status"])
        ]

    def members(self, cohort_id: str) -> set[str]:
        """Return the generations of a cohort."""
        return {row["gen_id"] for row in self.membership if row["cohort_id"] == cohort_id}


class Bench:
    """Runs the product's commands over one lake."""

    def __init__(self, root: Path) -> None:
        self.root, self.lake = root, root / "lake"
        self.sources = root / "sources"
        self.environment = {
            name: value for name, value in os.environ.items() if not name.startswith("LLM_")
        } | {
            "SLUICE_LAKE": str(self.lake),
            "SLUICE_SOURCES": "",
            "DBT_TARGET_PATH": str(root / "target"),
            "DBT_LOG_PATH": str(root / "logs"),
            "LLM_BASE_URL": "",
        }
        parsed_once.lend(root / "target", {"SLUICE_LAKE": str(self.lake)})

    def run(self, *command: str, cwd: Path = ROOT, **more: str) -> subprocess.CompletedProcess:
        """Run a command of the product."""
        return subprocess.run(
            command, cwd=cwd, env=self.environment | more, capture_output=True, text=True,
            check=False, timeout=300,
        )  # fmt: skip

    def land(self, *folders: Path) -> None:
        """Land studies."""
        self.environment["SLUICE_SOURCES"] = os.pathsep.join(map(str, folders))
        done = self.run(sys.executable, "-m", "ingestion", "experiments")
        assert done.returncode == 0, done.stdout + done.stderr

    def build(self, *selected: str, choice: dict[str, str] | None = None, **more: str) -> State:
        """Build the experiments (or some models) without their tests; return what is there.

        Args:
            choice: what the run is restricted to, by slice.
            more: further variables of the environment.
        """
        chosen = selected or ("experiments",)
        one = ("--threads", "1")  # so little is built quicker than by two that wait for each other
        given = {f"experiments_{name}": value for name, value in (choice or {}).items()}
        variables = ("--vars", json.dumps(given))
        arguments = ["run", "-s", *chosen, *one, *variables]
        done = forked.run(arguments, ROOT / "dbt_project", self.environment | more)
        return self.state(done)

    def state(self, done: subprocess.CompletedProcess) -> State:
        """Read what a run left behind."""
        with sqlite3.connect(self.lake / "journal.db") as journal:
            calls = dict(
                journal.execute(
                    "select step, count(*) from llm_calls where status <> 'forgotten' group by step"
                )
            )
            attempts = journal.execute("select count(*) from llm_attempts").fetchone()[0]
        state = State(done.returncode, done.stdout + done.stderr, calls, attempts)
        with duckdb.connect(str(self.lake / "build.duckdb"), read_only=True) as built:
            state.cohorts = rows_of(built, "cohorts order by created_at")
            state.generations = {row["gen_id"]: row for row in rows_of(built, "generations")}
            state.membership = rows_of(built, "membership")
        with duckdb.connect(str(self.lake / "latest.duckdb"), read_only=True) as release:
            named = "select count(*) from duckdb_views() where schema_name = 'experiments'"
            if release.execute(named).fetchone()[0]:
                state.released = len(rows_of(release, "generations"))
        return state


def rows_of(connection: duckdb.DuckDBPyConnection, table: str) -> list[dict[str, Any]]:
    """Return the rows of a mart."""
    found = connection.execute(f"select * from experiments.{table}")
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


@dataclass
class Story:
    """The states one lake went through."""

    bench: Bench
    first: State
    changed: State  # one template has another text
    judged: State  # two old essays before a new judge


def write_elsewhere(folder: Path) -> Path:
    """Write a study of two essays that people wrote, which lie beside it, and nothing else."""
    texts = folder / "essays of people"
    texts.mkdir(parents=True)
    (texts / "by Ann (2).txt").write_text(ESSAY, encoding="utf-8")
    table = f'text_id,text,writer,collected\nbobs,"{ESSAY} Twice.",Bob,2024\n'
    (texts / "imports.csv").write_text(table, encoding="utf-8")
    kept = ("templates/evaluation.csv", "templates/evaluation/last.jinja", "models.csv")
    given = {name: FILES[name] if name in kept else None for name in FILES}
    named = {"study.yml": "study: elsewhere\nimports: ../essays of people\n"}
    return write_study(folder / "elsewhere", **(given | named))


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """Run a study, change one template of it, judge two of its essays again."""
    bench = Bench(tmp_path_factory.mktemp("experiments"))
    small = write_study(bench.sources / "small", **MORE, **PAIRS)
    bench.land(small)
    first = bench.build()
    write_study(small, **MORE, **PAIRS, **RETOLD)
    bench.land(small)
    changed = bench.build(*UP_TO_GENERATIONS)
    with duckdb.connect(str(bench.lake / "latest.duckdb"), read_only=True) as release:
        essays = chosen_essays(release, first.cohorts[0]["cohort_id"], None, "same", None)[:2]
    rejudged = bench.sources / "rejudged"
    judges = bench.sources / "judges"
    write_study(judges, **MORE, **{"models.csv": FILES["models.csv"] + JUDGE})
    write_rejudge(rejudged, judges, "rejudged", essays, ["second_judge"])
    bench.land(small, rejudged, write_elsewhere(bench.sources))
    yield Story(bench, first, changed, bench.build(*UP_TO_GENERATIONS))

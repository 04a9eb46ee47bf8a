"""dbt builds of the phased project: runs of news in six phases, in seconds."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from ingestion.landing.products import PRODUCTS
from python_models.release import kept_phases
from python_models.release.reader import open_release
from python_models.runs.invocation import BEGIN_VARIABLE
from tests.python_models.tiny import Tiny

NEWS = PRODUCTS["news"]
THINGS = {1: 1.5, 2: 0.1, 3: 7.25}
SECOND: dict[int, float] = {1: 2.5, 4: 9}  # what a second run finds


@dataclass
class Phased(Tiny):
    """The phased project with runs and things of its own."""

    project: ClassVar[Path] = Path(__file__).parent / "phased_project"

    def environment(self) -> dict[str, str]:
        """Return what its dbt commands need to find their files."""
        return super().environment() | {"TINY_RUNS": str(self.folder / "runs.csv")}

    def add_run(self, run_id: str, things: dict[int, float] | None = None) -> None:
        """Land one more run, after those there are, with its things."""
        runs, landed = self.folder / "runs.csv", self.things
        before = (
            runs.read_text().splitlines() if runs.exists() else ["run_id,previous_run_id,as_of"]
        )
        previous = before[-1].split(",")[0] if len(before) > 1 else ""
        runs.write_text(
            "\n".join([*before, f"{run_id},{previous},2026-01-{len(before):02d} 06:00:00"]) + "\n"
        )
        lines = landed.read_text() if landed.exists() else "run_id,thing_id,value\n"
        for thing, value in (things or THINGS).items():
            lines += f"{run_id},{thing},{value}\n"
        landed.write_text(lines)

    def build(self, run_id: str, *arguments: str, **more: str) -> tuple[int, str]:
        """Build as the run of a name."""
        return self.dbt("build", *arguments, **{BEGIN_VARIABLE: run_id} | more)

    def run(self, run_id: str, things: dict[int, float] | None = None) -> None:
        """Land and build one more run; it has to succeed."""
        self.add_run(run_id, things)
        code, said = self.build(run_id)
        assert code == 0, said


def stored() -> list[dict[str, Any]]:
    """Return the rows of the phases' `runs`."""
    with kept_phases.reading() as connection:
        return kept_phases.runs_of(connection, NEWS)


def states(run_id: str) -> list[tuple[int, int, str]]:
    """Return (ordinal, attempt, status) of what is written of a run's phases."""
    return [
        (row["phase_number"], row["attempt"], row["status"])
        for row in stored()
        if row["run_id"] == run_id
    ]


def report(run_id: str) -> list[dict[str, Any]]:
    """Return the newest report of a run, as its last phase left it."""
    return relation(run_id, 10, "reports")


def relation(run_id: str, number: int, name: str) -> list[dict[str, Any]]:
    """Return the rows a phase of a run left."""
    with kept_phases.reading() as connection:
        row = kept_phases.newest_phases(kept_phases.runs_of(connection, NEWS), run_id)[number]
        return kept_phases.relation_rows(connection, NEWS, row, name)


def released(query: str) -> list[tuple[Any, ...]]:
    """Return what a query of the release gives."""
    with open_release() as connection:
        return connection.execute(query).fetchall()


def paid() -> list[str]:
    """Return the calls that were paid for, one entry each time an answer came.

    What was in flight when a process was killed has none: it is `lost`, and is asked again.
    """
    from ingestion.lakehouse import journal

    rows = journal.rows("select call_id from llm_attempts where state <> 'lost'")
    return [row["call_id"] for row in rows]


def described(row: dict[str, Any]) -> dict[str, Any]:
    """Return what a row of `runs` says of its relations."""
    found: dict[str, Any] = json.loads(row["relations"])
    return found


def main() -> int:
    """Run a command of the project on the phased one: for tests that kill it."""
    import sys
    from pathlib import Path

    from python_models.runs import __main__ as commands
    from python_models.runs import dbt_command

    dbt_command.DBT_FOLDER = Path(__file__).parent / "phased_project"
    return commands.main(sys.argv[1:])


if __name__ == "__main__":
    raise SystemExit(main())

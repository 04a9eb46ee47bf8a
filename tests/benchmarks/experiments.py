"""How fast experiments are planned, and how fast a run is that has nothing to ask.

`python -m tests.benchmarks.experiments` writes a SYNTHETIC study, lands it, plans it in SQL
(no call is made), then has one answered by the offline endpoint and runs it again: with nothing
missing, and with one answer forgotten. Figures are beyond dbt's own start: from its first node to
its last, hooks, gates and release included.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingestion.lakehouse.settings import PROJECT_ROOT
from python_models.llm.ledger.forget import forget
from tests.benchmarks.measure import Measured, measured
from tests.benchmarks.report import machine

PLANNING = (
    "int_experiments__versions_listed",
    "int_experiments__combos_picked",
    "int_experiments__cohorts_identified",
    "int_experiments__texts_generated",
    "int_experiments__memberships_planned",
)
MEMBERSHIPS = "experiments_intermediate.int_experiments__memberships_planned"
PLANNED, NOTHING_MISSING = 5.0, 10.0  # seconds to stay below


@dataclass(frozen=True)
class Place:
    """A lake of its own and dbt's folders beside it."""

    root: Path

    @property
    def environment(self) -> dict[str, str]:
        """The environment of the product's commands."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("LLM_")}
        return kept | {
            "SLUICE_LAKE": str(self.root / "lake"),
            "SLUICE_SOURCES": str(self.root / "study"),
            "DBT_TARGET_PATH": str(self.root / "target"),
            "DBT_LOG_PATH": str(self.root / "logs"),
        }

    def land(self) -> float:
        """Land the study; return seconds."""
        command = [sys.executable, "-m", "ingestion", "experiments"]
        return measured(command, self.environment, PROJECT_ROOT).seconds

    def dbt(self, *selected: str) -> dict[str, Any]:
        """Run models; return dbt's own results, with the seconds and CPU of the whole command."""
        took = self._dbt("run", "--select", *selected)
        results = self.root / "target" / "run_results.json"
        told = json.loads(results.read_text(encoding="utf-8"))
        return told | {"wall_s": took.seconds, "cpu_s": took.cpu_s}

    def start(self) -> Measured:
        """Return what dbt's start takes, once the project is parsed."""
        return self._dbt("ls", "--quiet", "--resource-type", "seed")

    def _dbt(self, *arguments: str) -> Measured:
        command = [str(Path(sys.executable).with_name("dbt")), *arguments]
        return measured(command, self.environment, PROJECT_ROOT / "dbt_project")

    def read_and_hashed(self) -> Measured:
        """Return what it takes to read the planned rows and hash them once, in DuckDB."""
        built = str(self.root / "lake" / "build.duckdb")
        query = f"select count(*), bit_xor(hash(planned)) from {MEMBERSHIPS} as planned"
        code = f"import duckdb; print(duckdb.connect({built!r}, read_only=True).sql({query!r}))"
        return measured([sys.executable, "-c", code], self.environment, PROJECT_ROOT)

    def requests(self) -> int:
        """Return how many requests were ever made."""
        with sqlite3.connect(self.root / "lake" / "journal.db") as journal:
            return journal.execute("select count(*) from llm_attempts").fetchone()[0]

    def forget_one(self) -> None:
        """Have one evaluation asked again."""
        with sqlite3.connect(self.root / "lake" / "journal.db") as journal:
            query = "select max(call_id) from llm_calls where step = 'experiments_evaluation'"
            (call_id,) = journal.execute(query).fetchone()
        forget(self.root / "lake" / "journal.db", [call_id])

    def memberships(self) -> int:
        """Return how many memberships are planned."""
        import duckdb

        with duckdb.connect(str(self.root / "lake" / "build.duckdb"), read_only=True) as built:
            return built.execute(f"select count(*) from {MEMBERSHIPS}").fetchone()[0]


def write_study(folder: Path, concepts: int, judges: int, replicates: int) -> None:
    """Write a study of all pairs of some concepts."""
    study = "study: bench\nk_max: 2\nlevel: sentence\n"
    files = {
        "study.yml": f"{study}replicates: {{evaluation: {replicates}}}\n",
        "concepts.csv": "concept_id\n" + "".join(f"c{at:04}\n" for at in range(concepts)),
        "models.csv": "model_id,endpoint,provider_model,for_generation,for_evaluation\n"
        + "".join(f"w{at},offline,writer-{at},true,false\n" for at in range(2))
        + "".join(f"j{at},offline,judge-{at},false,true\n" for at in range(judges)),
        "templates/essay.csv": "template_id,generator\nsame,copy\npolished,llm\n",
        "templates/essay/polished.jinja": "Polish {{ draft | data('draft') }}\n",
    }
    for at in range(concepts):
        files[f"descriptions/sentence/c{at:04}.txt"] = f"Concept {at} does what {at} does."
    for kind, count, text in (
        (
            "draft",
            2,
            "Link {% for one in concepts %}{{ one.description | data(one.id) }}{% endfor %}",
        ),
        ("evaluation", 3, "Judge {{ essay | data('essay') }}\nSCORE: <0 to 10>"),
    ):
        parser = "in_last_line" if kind == "evaluation" else ""
        rows = "".join(f"{kind}{at},{parser}\n" for at in range(count))
        files[f"templates/{kind}.csv"] = f"template_id,parser\n{rows}"
        for at in range(count):
            files[f"templates/{kind}/{kind}{at}.jinja"] = f"{text}\nPhrasing {at}.\n"
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


def planning(root: Path, concepts: int) -> dict[str, Any]:
    """Plan a study of 228 memberships for each pair; return the figures."""
    place = Place(root)
    write_study(root / "study", concepts, judges=3, replicates=3)
    landing = place.land()
    place.dbt("+int_experiments__memberships_planned")
    results = place.dbt("+int_experiments__memberships_planned")
    by_name = {one["unique_id"].split(".")[-1]: one["execution_time"] for one in results["results"]}
    return {
        "memberships": place.memberships(),
        "landing_s": landing,
        "planning_s": sum(by_name[name] for name in PLANNING),
        "with_gates_s": results["elapsed_time"],
    }


def nothing_missing(root: Path, concepts: int) -> dict[str, Any]:
    """Have a study answered offline and run it again; return the figures of the later runs."""
    place = Place(root)
    write_study(root / "study", concepts, judges=2, replicates=2)
    place.land()
    first = place.dbt("experiments")
    asked = place.requests()
    second = place.dbt("experiments")
    asked_again = place.requests() - asked
    start, hashed = place.start(), place.read_and_hashed()
    place.forget_one()
    third = place.dbt("experiments")
    return {
        "generations": place.memberships(),
        "requests": asked,
        "first_run_s": first["elapsed_time"],
        "again_requests": asked_again,
        "again_s": second["elapsed_time"],
        "again_ratio": second["wall_s"] / (start.seconds + hashed.seconds),
        "again_cpu_ratio": second["cpu_s"] / (start.cpu_s + hashed.cpu_s),
        "one_requests": place.requests() - asked - asked_again,
        "one_s": third["elapsed_time"],
    }


def report(figures: dict[str, dict[str, Any]]) -> str:
    """Return the figures as a Markdown table."""
    plan, again = figures["planning"], figures["nothing missing"]
    rows = [
        ("memberships planned", f"{plan['memberships']:,}", ">= 100,000"),
        ("planned in SQL, s", f"{plan['planning_s']:.2f}", f"< {PLANNED:g}"),
        ("... with staging and its two gates, s", f"{plan['with_gates_s']:.1f}", ""),
        ("generations of the run with nothing missing", f"{again['generations']:,}", ""),
        ("first run (everything asked offline), s", f"{again['first_run_s']:.1f}", ""),
        ("second run: requests", f"{again['again_requests']}", "0"),
        ("second run, gates and release included, s", f"{again['again_s']:.1f}",
         f"< {NOTHING_MISSING:g}"),
        ("second run / dbt's start + reading and hashing the rows once",
         f"{again['again_ratio']:.2f}", "<= 1.5"),
        ("... in CPU seconds", f"{again['again_cpu_ratio']:.2f}", ""),
        ("third run, one answer forgotten: requests", f"{again['one_requests']}", "1"),
        ("third run, gates and release included, s", f"{again['one_s']:.1f}", ""),
    ]  # fmt: skip
    lines = ["| measure | here | reach |", "|---|---|---|"]
    lines += [f"| {what} | {here} | {reach} |" for what, here, reach in rows]
    about = ", ".join(f"{name} {value}" for name, value in machine().items())
    return "\n".join([*lines, "", about, ""])


def main() -> int:
    """Measure and print; 1 when a figure is not reached."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.experiments",
                                     description=__doc__)  # fmt: skip
    parser.add_argument("--concepts", type=int, default=31, help="of the planned study (31)")
    parser.add_argument("--answered", type=int, default=44, help="of the answered study (44)")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = {
            "planning": planning(Path(folder) / "plan", given.concepts),
            "nothing missing": nothing_missing(Path(folder) / "again", given.answered),
        }
    sys.stdout.write(report(figures))
    plan, again = figures["planning"], figures["nothing missing"]
    is_reached = plan["planning_s"] < PLANNED and again["again_s"] < NOTHING_MISSING
    is_asked_right = (again["again_requests"], again["one_requests"]) == (0, 1)
    return 0 if is_reached and is_asked_right else 1


if __name__ == "__main__":
    sys.exit(main())

"""`python -m tests.benchmarks.conversations`: near-duplicates and the road of conversations.

Near-duplicates are looked for among generated texts; recall and precision are those of a sample
that is compared text by text. The road lands and builds generated files: standardising, tiers 1
and 2 and exact duplicates, with the detection of languages counted apart.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
import time
from collections.abc import Iterable
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
from rich.console import Console
from rich.table import Table

from tests.benchmarks.conversation_texts import write_dataset, write_texts
from tests.benchmarks.lake_bench import ROOT, Bench
from tests.benchmarks.measure import Measured, measured
from tests.python_models.conversations.texts import brute_force, connected

RESULTS = ROOT / "benchmarks" / "results"
SAMPLE = 12_000
THRESHOLD = 0.8
GIGABYTES = 8
RATE = 20_000
FEW = 100
JUDGED = ((1.0, 16), (2.0, 16), (0.2, 50))  # seconds an answer takes, answers at once
JUDGED_RATE = 10
LAST = "int_conversations__records_validated"
MODEL = re.compile(r"(stg|int)_conversations__")
LANGUAGES = "int_conversations__languages_detected"
TEXTS = "int_conversations__conversation_texts"


@dataclass(frozen=True)
class Figure:
    """One measured figure and what it has to reach."""

    measure: str
    value: float
    reach: str
    is_met: bool


def near_figures(folder: Path, count: int) -> list[Figure]:
    """Measure near-duplicates among so many texts."""
    database = folder / "texts.duckdb"
    write_texts(database, count)
    took = measured([sys.executable, "-m", __spec__.name, "--find", str(database)], cwd=ROOT)
    told = json.loads(took.output.splitlines()[-1])
    recall, precision, pairs = judged(database)
    gigabytes = took.peak_mb / 1024
    return [
        Figure(f"near-duplicates of {count:,} texts, seconds", round(took.seconds, 1), "-", True),
        Figure("  of them signing", round(told["sign"], 1), "-", True),
        Figure("  of them finding", round(told["find"], 1), "-", True),
        Figure("  texts a second", round(count / took.seconds), "-", True),
        Figure("  texts in a cluster", told["members"], "-", True),
        Figure("  peak memory, GB", round(gigabytes, 2), f"<= {GIGABYTES}", gigabytes <= GIGABYTES),
        Figure(f"  recall over {pairs:,} pairs", round(recall, 5), ">= 0.98", recall >= 0.98),
        Figure("  precision", round(precision, 5), ">= 0.99", precision >= 0.99),
    ]


def find(database: Path) -> None:
    """Sign and find in this process, as the models do; says what it took as JSON."""
    from python_models.conversations.signing import find_near_duplicates, sign_texts

    with closing(duckdb.connect(str(database))) as session:
        session.execute("set memory_limit = '2GB'")
        texts = session.sql("select conversation_id, text from texts")
        began = time.monotonic()
        session.register("signed_rows", sign_texts(session, texts, None))
        session.execute("create or replace table signed as select * from signed_rows")
        session.unregister("signed_rows")
        signed = time.monotonic()
        found = find_near_duplicates(session, session.table("signed"), texts, THRESHOLD)
        done = time.monotonic()
        session.register("found_rows", found)
        session.execute("create or replace table found as select * from found_rows")
    told = {"sign": signed - began, "find": done - signed, "members": found.num_rows}
    sys.stdout.write(json.dumps(told) + "\n")


def judged(database: Path) -> tuple[float, float, int]:
    """Return recall, precision and the true pairs of a sample compared text by text.

    The sample holds whole clusters and whole families, so that no pair is torn apart by it, and
    texts that are neither.
    """
    with closing(duckdb.connect(str(database), read_only=True)) as session:
        rows = session.execute(
            "with families as (select family, count(*) as texts from texts group by family),"
            " few as (select family from families where texts > 1"
            "   order by hash(family) limit $some),"
            " singles as (select family from families where texts = 1"
            "   order by hash(family) limit $some),"
            " wanted as (select distinct other.conversation_id from texts"
            "   inner join (from few union all from singles) as taken using (family)"
            "   left join found using (conversation_id)"
            "   left join found as other_found using (cluster_id)"
            "   inner join texts as other on other.conversation_id"
            "     in (texts.conversation_id, other_found.conversation_id))"
            " select texts.text, coalesce(found.cluster_id, texts.conversation_id)"
            " from texts inner join wanted using (conversation_id)"
            " left join found using (conversation_id) order by texts.conversation_id",
            {"some": SAMPLE // 4},
        ).fetchall()
    texts, cluster = [row[0] for row in rows], [row[1] for row in rows]
    true = brute_force(texts, THRESHOLD)
    hit = sum(cluster[a] == cluster[b] for a, b in true)
    expected = connected(true, len(texts))
    first: dict[str, int] = {}
    joined = [(at, first.setdefault(name, at)) for at, name in enumerate(cluster)]
    claimed = [(at, other) for at, other in joined if at != other]
    right = sum(expected[at] == expected[other] for at, other in claimed)
    return hit / max(len(true), 1), right / max(len(claimed), 1), len(true)


_FLOOR = """
import hashlib, json, sys, time
started = time.perf_counter()
with open(sys.argv[1], "rb") as lines:
    for line in lines:
        json.loads(line)
        hashlib.sha256(line).hexdigest()
print(time.perf_counter() - started)
"""


def parsed_and_hashed(path: Path) -> float:
    """Return the seconds in which each record is parsed once and hashed once."""
    return float(measured([sys.executable, "-c", _FLOOR, str(path)], cwd=ROOT).output)


@dataclass(frozen=True)
class Road:
    """What landing and building a number of conversations took."""

    landing: Measured
    nodes: dict[str, float]  # seconds by name
    build: Measured

    def seconds(self, names: Iterable[str]) -> float:
        """Return the seconds of some nodes."""
        return sum(self.nodes.get(name, 0.0) for name in names)

    @property
    def judging(self) -> float:
        """Seconds of the models of tiers 1 and 2 and of exact duplicates."""
        apart = {LANGUAGES, TEXTS}
        return self.seconds(name for name in self.nodes if MODEL.match(name) and name not in apart)


def taken(folder: Path, count: int) -> Road:
    """Land and build so many conversations in a lake of their own, one model at a time."""
    write_dataset(folder / "data", count)
    bench = Bench(folder, 0, 0.0)
    env = bench.env() | {"SLUICE_SOURCES": str(folder / "data" / "bench.yml")}
    landed = measured([sys.executable, "-m", "ingestion", "conversations"], env, ROOT)
    program = str(Path(sys.executable).with_name("dbt"))
    kinds = ["--resource-type", "model", "--resource-type", "seed"]
    select = ["--select", f"+{LAST}", "--exclude", "llm_*", *kinds, "--threads", "1"]
    built = measured([program, "build", *select], env, ROOT / "dbt_project")
    results = json.loads((bench.target / "run_results.json").read_text())["results"]
    nodes = {one["unique_id"].split(".")[-1]: one["execution_time"] for one in results}
    return Road(landed, nodes, built)


def road_figures(folder: Path, count: int) -> list[Figure]:
    """Measure standardising, tiers 1 and 2 and exact duplicates of so many conversations.

    What a landing and dbt's models take whatever the data is measured on a few conversations; it
    is shown, and the rate is given with it and without.
    """
    taken(folder / "cold", FEW)  # the first one fills caches: its seconds are nobody's
    few, many = taken(folder / "few", FEW), taken(folder / "many", count)
    landing, judging = many.landing.seconds, many.judging
    fixed = few.landing.seconds + few.judging
    rate = count / (landing + judging - fixed)
    floor = parsed_and_hashed(folder / "many" / "data" / "chats.jsonl")
    ratio = (landing + judging - fixed) / floor
    gates = [name for name in many.nodes if name.startswith("gate_")]
    peak = max(many.landing.peak_mb, many.build.peak_mb) / 1024
    told = {
        f"{count:,} conversations standardised and landed, seconds": landing,
        f"  of them with {FEW} conversations too": few.landing.seconds,
        "tiers 1 and 2, exact duplicates: seconds of their models": judging,
        f"  of them over {FEW} conversations too": few.judging,
        "apart: texts joined for languages and near-duplicates": many.seconds([TEXTS]),
        "apart: languages": many.seconds([LANGUAGES]),
        "apart: gates": many.seconds(gates),
        "peak memory, GB": peak,
    }
    figures = [Figure(name, round(value, 2), "-", True) for name, value in told.items()]
    return [
        *figures,
        Figure("conversations a second", round(rate), f">= {RATE}", rate >= RATE),
        Figure("  seconds, of parsing and hashing each once", round(ratio, 1), "<= 3", ratio <= 3),
        Figure("  with what a few take too", round(count / (landing + judging)), "-", True),
    ]


def judging_figures(count: int) -> list[Figure]:
    """Measure the judged tier against a server over HTTP, beside what the server allows."""
    from python_models.conversations.judgement import STEP
    from python_models.llm import run_step
    from tests.benchmarks.llm.setting import bench
    from tests.python_models.conversations.judging import judged_table, many_judged_rows
    from tests.python_models.llm.server import Server

    server, found = Server(), []
    try:
        for latency_s, at_once in JUDGED:
            most = at_once / latency_s
            settings = {"LLM_CONCURRENCY": at_once}
            with bench(server, settings, latency_ms=1000 * latency_s):
                rows = judged_table(many_judged_rows(count))
                began = time.monotonic()
                answers = run_step(None, rows, STEP, "judged")
                rate = count / (time.monotonic() - began)
            assert set(answers.column("status").to_pylist()) == {"ok"}
            least = min(JUDGED_RATE, 0.85 * most)
            name = f"judged a second, {at_once} at once at {latency_s:g} s (server {most:g})"
            found.append(Figure(name, round(rate, 1), f">= {least:g}", rate >= least))
    finally:
        server.stop()
    return found


def show(found: list[Figure]) -> None:
    """Print the table."""
    table = Table("measure", "here", "to reach", "met", title="Conversations")
    for one in found:
        table.add_row(one.measure, f"{one.value:,}", one.reach, "yes" if one.is_met else "no")
    Console(width=120).print(table)


def main(arguments: list[str] | None = None) -> int:
    """Measure, show, write; returns 1 when a figure is not reached."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=1_000_000, help="for near-duplicates; 0: none")
    parser.add_argument("--road", type=int, default=200_000, help="to land and build; 0: none")
    parser.add_argument("--judged", type=int, default=400, help="to judge over HTTP; 0: none")
    parser.add_argument("--find", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.find:
        find(options.find)
        return 0
    found: list[Figure] = []
    with tempfile.TemporaryDirectory() as name:
        if options.texts:
            found += near_figures(Path(name), options.texts)
        if options.road:
            found += road_figures(Path(name) / "road", options.road)
    if options.judged:
        found += judging_figures(options.judged)
    show(found)
    RESULTS.mkdir(parents=True, exist_ok=True)
    path = RESULTS / f"conversations-{datetime.now(UTC):%Y-%m-%dT%H%M}.json"
    path.write_text(json.dumps([asdict(one) for one in found], indent=1), encoding="utf-8")
    return 0 if all(one.is_met for one in found) else 1


if __name__ == "__main__":
    sys.exit(main())

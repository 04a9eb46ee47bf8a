"""Figures 6, 8, 10, 11, 13, 14: what happens when things go wrong, and what it costs."""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from python_models.llm import run_step
from tests.benchmarks.llm.setting import Figure, bench, change, drift, journal
from tests.python_models.llm.server import Server
from tests.python_models.llm.steps import TOLERANT, machines
from tests.python_models.llm.test_cascade import doubtful_task, learn
from tests.python_models.llm.test_crashes import IN_FLIGHT, kill_when, start

CHEAP_SHARE = 0.06  # what the cheap model costs of the dear one (0.15 and 2.50 USD a million)


def kills(server: Server, rows: int, count: int) -> Iterator[Figure]:
    """6: kill -9 at random points."""
    points = sorted(random.Random(3).sample(range(rows // 50 + 1, rows - IN_FLIGHT), count))
    with bench(server, latency_ms=100) as folder:
        out = Path(folder) / "out.json"
        for point in points:
            kill_when(start(rows, out), server, point)
        assert start(rows, out).wait() == 0
        result, counters = json.loads(out.read_text()), server.counters()
        states = dict(journal("select state, count(*) from llm_attempts group by 1"))
        gap = drift(server)
    again = counters["answered"] - rows
    doubled = rows - len({row["call_id"] for row in result})
    unknown = states.get("lost", 0)
    is_met = 0 <= again <= unknown <= IN_FLIGHT * count and doubled == 0
    yield Figure("6", f"kill -9 at {count} points, {rows:,} rows",
                 f"0 lost, {again} paid again, {doubled} doubled",
                 f"{unknown} were in flight", "paid again <= in flight", is_met)  # fmt: skip
    yield Figure("13", "ledger - server after 6",
                 f"requests {gap[0]:+d}, tokens {gap[1]:+,d}",
                 f"{unknown} marked lost (tokens unknown)", "0 but for the lost",
                 0 <= gap[0] <= unknown and gap[1] <= 0)  # fmt: skip


def malformed(server: Server, rows: int) -> Iterator[Figure]:
    """8: 5 % malformed answers."""
    share = 0.05 / 3
    kinds = ("truncated_json", "invalid_json", "wrong_schema")
    with bench(server, rates=dict.fromkeys(kinds, share), seed=5):
        table = run_step(None, machines(rows), TOLERANT, "llm_bench")
        each, gap = server.counters()["requests"] / rows, drift(server)
    counts = Counter(table.column("status").to_pylist())
    is_met = table.num_rows == rows and each <= 1.07 and gap == (0, 0)
    is_met = is_met and set(counts) <= {"ok", "repaired", "invalid"}
    yield Figure("8", "5 % malformed answers", f"{each:.3f} calls a row, {dict(counts)}",
                 f"drift {gap}", "<= 1.07, none dropped", is_met)  # fmt: skip


def capped(server: Server, rows: int) -> Iterator[Figure]:
    """10: a money cap at a tenth of the need."""
    priced = {"LLM_PRICE_INPUT_USD_PER_MILLION": 10, "LLM_PRICE_OUTPUT_USD_PER_MILLION": 30}
    with bench(server, priced | {"LLM_BUDGET_USD": 1000}, latency_ms=20):
        run_step(None, machines(20), TOLERANT, "llm_bench")
        each = journal("select sum(cost_usd) from llm_attempts")[0][0] / 20
    cap = each * rows / 10
    with bench(server, priced | {"LLM_BUDGET_USD": cap}, latency_ms=20):
        run_step(None, machines(rows), TOLERANT, "llm_bench")
        counters, gap = server.counters(), drift(server)
        spent = (counters["prompt_tokens"] * 10 + counters["completion_tokens"] * 30) / 1e6
        change(llm_budget_usd=1000)
        table = run_step(None, machines(rows), TOLERANT, "llm_bench")
        total = server.counters()["requests"]
    is_met = spent <= cap and total == rows and gap == (0, 0)
    is_met = is_met and set(table.column("status").to_pylist()) == {"ok"}
    yield Figure("10", "money cap at 10 % of the need", f"{spent / cap:.1%} of the cap spent",
                 f"{total} requests in both runs, drift {gap}", "<= 100 %, the rest only",
                 is_met)  # fmt: skip


def failing(server: Server, rows: int) -> Iterator[Figure]:
    """14: three requests in ten fail."""
    kinds = ("rate_limit_silent", "server_error", "drop", "invalid_json")
    with bench(server, latency_ms=20, rates=dict.fromkeys(kinds, 0.075), seed=9):
        started = time.perf_counter()
        table = run_step(None, machines(rows), TOLERANT, "llm_bench")
        seconds = time.perf_counter() - started
    counts = Counter(table.column("status").to_pylist())
    ids = table.column("call_id").to_pylist()
    is_met = len(set(ids)) == rows and set(counts) <= {"ok", "repaired", "invalid", "failed"}
    yield Figure("14", "30 % of requests failing", f"{dict(counts)} in {seconds:.0f} s", "",
                 "all rows end, none doubled", is_met)  # fmt: skip


def cascades(seeds: int, rows: int = 10_000) -> Iterator[Figure]:
    """11: a cascade with a target, on a synthetic task."""
    for target, cheaper in ((0.96, 6.3), (0.99, 2.2)):
        alone, runs = 0.0, []
        for seed in range(seeds):
            scores, wrong = doubtful_task(rows, seed)
            alone += 1 - sum(wrong) / rows
            runs.append(learn(scores, wrong, target, seed))
        met = sum(accuracy >= target for accuracy, _ in runs)
        factor = seeds / sum(CHEAP_SHARE + share for _, share in runs)
        is_met = met >= 0.95 * seeds and factor >= cheaper
        yield Figure("11", f"cascade, target {target}",
                     f"{factor:.2f} x cheaper, met in {met} of {seeds} seeds",
                     f"cheap model alone {alone / seeds:.3f}", f">= {cheaper} x, >= 95 %",
                     is_met)  # fmt: skip

"""Detection on plants nobody has seen: many seeds and fault magnitudes through the same pipeline.

`python -m tests.benchmarks.unseen_seeds --seeds 20`: each plant is simulated, landed and built in
a lake of its own with the settings as they are; scores are printed as they come.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from dataclasses import asdict, dataclass
from itertools import cycle
from pathlib import Path

from python_models.telemetry.detection_scores import Score, pooled, released_scores
from tests.benchmarks.lake_bench import Bench

LEAST_F1, MOST_FALSE_ALARMS = 0.95, 0.01
FIRST_SEED = 41_000
SCALES = (1.0, 0.8, 1.3)


@dataclass(frozen=True)
class Result:
    """How one plant fared, at cycle level, all sources of the plant together."""

    seed: int
    fault_scale: float
    f1: float
    precision: float
    recall: float
    false_alarm_rate: float
    false_alarms: int
    missed: int
    missed_kinds: dict[str, int]

    @property
    def is_good(self) -> bool:
        """Whether the plant reaches both targets."""
        return self.f1 >= LEAST_F1 and self.false_alarm_rate <= MOST_FALSE_ALARMS


def result_of(
    folder: Path, seed: int, fault_scale: float, controls: int = 6, days: int = 30
) -> Result:
    """Simulate, land and build one plant, and return its scores."""
    bench = Bench(folder, controls, 1 / 30, seed, fault_scale)
    bench.simulate(days)
    bench.land()
    bench.dbt("seed", "--quiet")
    # gates and LLM steps do not touch what is detected
    bench.dbt("run", "--quiet", "--select", "+detection_quality", "--exclude", "gate_*", "llm_*")
    scores = [
        score
        for score in released_scores(bench.lake / "build.duckdb")
        if score.level == "cycle" and score.yardstick == "sluice"
    ]
    return _result(seed, fault_scale, pooled(scores))


def _result(seed: int, fault_scale: float, scores: list[Score]) -> Result:
    by_kind = {score.issue_kind: score for score in scores}
    own = by_kind.pop("any")
    return Result(
        seed,
        fault_scale,
        own.f1 or 0.0,
        own.precision or 0.0,
        own.recall or 0.0,
        own.false_alarm_rate or 0.0,
        own.false_positives,
        own.false_negatives,
        {kind: score.false_negatives for kind, score in by_kind.items() if score.false_negatives},
    )


def main(arguments: list[str] | None = None) -> int:
    """Print one line for each plant and what was reached; 1 when a plant missed a target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20, help="how many plants (20)")
    parser.add_argument("--first-seed", type=int, default=FIRST_SEED)
    parser.add_argument("--scales", default=",".join(map(str, SCALES)), help="dealt in turn")
    parser.add_argument("--controls", type=int, default=6)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--out", type=Path, help="write the results to this JSON file too")
    given = parser.parse_args(arguments)
    scales = cycle(float(scale) for scale in given.scales.split(","))
    results = []
    sys.stdout.write("  seed  scale     F1  precision  recall  false alarms  missed (own kind)\n")
    for seed in range(given.first_seed, given.first_seed + given.seeds):
        work = Path(tempfile.mkdtemp(prefix="sluice-seed-"))
        try:
            result = result_of(work, seed, next(scales), given.controls, given.days)
        finally:
            shutil.rmtree(work, ignore_errors=True)
        results.append(result)
        sys.stdout.write(_line(result))
        sys.stdout.flush()
    good = sum(result.is_good for result in results)
    sys.stdout.write(
        f"{good} of {len(results)} plants reach F1 >= {LEAST_F1} with false alarms <= "
        f"{MOST_FALSE_ALARMS:.0%}; lowest F1 {min(r.f1 for r in results):.3f}, "
        f"most false alarms {max(r.false_alarm_rate for r in results):.2%}.\n"
    )
    if given.out:
        given.out.write_text(json.dumps([asdict(result) for result in results], indent=2))
    return 0 if good == len(results) else 1


def _line(result: Result) -> str:
    kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(result.missed_kinds.items()))
    return (
        f"{result.seed:6d} {result.fault_scale:6.2f} {result.f1:6.3f} {result.precision:10.3f} "
        f"{result.recall:7.3f} {result.false_alarms:5d} {result.false_alarm_rate:7.2%} "
        f"{result.missed:6d} ({kinds or '-'})\n"
    )


if __name__ == "__main__":
    sys.exit(main())

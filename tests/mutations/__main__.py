"""Mutation testing: change the code one place at a time and see which unit test notices.

Works on a copy of the project, so that one that is stopped leaves no changed file behind.
Prints every change that no test noticed; those that `survivors.txt` names are known.
Ends with 1 when there is another. Each module gets its share of the time; where that does not
suffice for all of its changes, a sample is tried, picked by `--seed`, and that is said.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cosmic_ray.work_db import WorkDB, use_db
from cosmic_ray.work_item import TestOutcome, WorkerOutcome, WorkItem, WorkResult

from tests.project_copy import ProjectCopy, top_level

# what is changed -> the unit tests, under tests/, that have to notice
MODULES = {
    "expectations/wording.py": "expectations/test_wording.py",
    "expectations/outcome.py": "expectations/test_outcome.py",
    "python_models/release/reuse.py": "python_models/release/test_reuse.py",
    "python_models/llm/ledger/parse_response.py": "python_models/llm/test_parse_response.py",
    "python_models/telemetry/detection_scores.py": "python_models/telemetry/test_detection.py",
    "python_models/experiments/scores/scaling.py": "python_models/experiments/scores",
}
# changes that nobody can see: a share that is given is never above one, one that is not is whole;
# a member of an enum is the one equal to it; a price of what is read again is not looked at;
# no more rows are reused than are wanted
WARM = Path(__file__).with_name("warm.py")
NAMED = Path(__file__).with_name("survivors.txt")
LEFT_OUT = "not in the sample"
USED = 0.85  # of a module's share: a change that hangs a test takes longer than the others
# most `|` of this code stand in types, which nothing reads while it runs
CONFIG = """
[cosmic-ray]
module-path = ["{module}"]
timeout = 120.0
excluded-modules = []
test-command = "{python} -S -E {asking} {address}"
[cosmic-ray.distributor]
name = "local"
[cosmic-ray.filters.operators-filter]
exclude-operators = ["core/ReplaceBinaryOperator_BitOr_.*"]
"""


@dataclass(frozen=True)
class Found:
    """What came of the changes of one module."""

    tried: int
    left_out: int  # by the sample
    untried: int  # for lack of time
    survivors: list[str]  # each one's differing lines


def main() -> int:
    """Change each named module and print what no test noticed."""
    parser = argparse.ArgumentParser(prog="make test-mutations ARGS=", description=__doc__)
    parser.add_argument("modules", nargs="*", metavar="MODULE", help=f"of {', '.join(MODULES)}")
    parser.add_argument("--minutes", type=float, default=30, help="for all (default: 30)")
    parser.add_argument("--seed", type=int, default=1, help="of samples (default: 1)")
    asked = parser.parse_args()
    if unknown := set(asked.modules) - set(MODULES):
        parser.error(f"{', '.join(sorted(unknown))}: no module of MODULES in {__file__}")
    until, whole = time.monotonic() + 60 * asked.minutes, True
    named = NAMED.read_text().split("\n\n")
    with tempfile.TemporaryDirectory() as folder:
        copy = ProjectCopy(Path(folder) / "project", *top_level())
        waiting = list(asked.modules or MODULES)
        while waiting:
            share = (until - time.monotonic()) / len(waiting)
            module = waiting.pop(0)
            found = mutate(copy, module, share, asked.seed)
            new = [each for each in found.survivors if f"{module}\n{each}" not in named]
            say(
                f"{module}: {found.tried} changes, {len(found.survivors)} noticed by no test, "
                f"{len(new)} of them unnamed{_left(found, asked.seed)}"
            )
            for each in new:
                say(f"\n{module}\n{each}\n")
            whole = whole and not new and not found.untried
    return 0 if whole else 1


def say(text: str) -> None:
    """Write a line at once: what has been found is seen when the command is stopped."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _left(found: Found, seed: int) -> str:
    said = ""
    if found.left_out:
        whole = found.left_out + found.tried + found.untried
        said = f"; a sample of the {whole} there are (--seed {seed}), for lack of time"
    return said + (f"; {found.untried} of it not tried" if found.untried else "")


def mutate(copy: ProjectCopy, module: str, seconds: float, seed: int) -> Found:
    """Try the changes of a module, or as many of them as its share of the time suffices for.

    Raises:
        subprocess.CalledProcessError: the tests fail on the unchanged module, or there are none.
    """
    config, session = copy.folder / "mutations.toml", copy.folder / "mutations.sqlite"
    session.unlink(missing_ok=True)
    tool, until = "cosmic_ray.cli", time.monotonic() + seconds
    original = (copy.folder / module).read_bytes()
    with warm_tests(copy, MODULES[module]) as address:
        text = CONFIG.format(module=module, python=sys.executable, asking=WARM, address=address)
        config.write_text(text)
        began = time.monotonic()
        _call(copy, tool, "baseline", str(config))
        each = time.monotonic() - began
        _call(copy, tool, "init", str(config), str(session))
        _call(copy, "cosmic_ray.tools.filters.operators_filter", str(session), str(config))
        sample(session, int((until - time.monotonic()) * USED / each), seed)
        try:
            _call(copy, tool, "exec", str(config), str(session), seconds=until - time.monotonic())
        except subprocess.TimeoutExpired:
            (copy.folder / module).write_bytes(original)
    return read(session)


@contextmanager
def warm_tests(copy: ProjectCopy, tests: str) -> Iterator[Path]:
    """Give the address where unit tests of the copy are run on request, see `warm.py`.

    Raises:
        subprocess.CalledProcessError: they fail on the unchanged project, or there are none.
    """
    address = copy.folder / "tests.socket"
    address.unlink(missing_ok=True)
    chosen = ["-x", "-q", "-m", "unit", "-n0", "-p", "no:cacheprovider", f"tests/{tests}"]
    command = [sys.executable, "-W", "ignore", str(WARM), str(address), *chosen]
    with subprocess.Popen(
        command, cwd=copy.folder, env=copy.environment(), stdout=subprocess.PIPE
    ) as server:
        assert server.stdout is not None
        try:
            if not server.stdout.readline():
                raise subprocess.CalledProcessError(server.wait(), command)
            yield address
        finally:
            server.kill()


def _call(copy: ProjectCopy, *arguments: str, seconds: float | None = None) -> None:
    subprocess.run(
        [sys.executable, "-W", "ignore", "-m", *arguments],
        cwd=copy.folder,
        env=copy.environment(),
        timeout=None if seconds is None else max(seconds, 0),
        check=True,
    )


def sample(session: Path, most: int, seed: int) -> None:
    """Leave `most` changes of a session to be tried, the same ones for the same seed."""
    with use_db(str(session), WorkDB.Mode.open) as work:
        pending = sorted(work.pending_work_items, key=_place)
        picked = random.Random(seed).sample(pending, min(max(most, 1), len(pending)))
        left_out = {item.job_id for item in pending} - {item.job_id for item in picked}
        result = WorkResult(output=LEFT_OUT, worker_outcome=WorkerOutcome.SKIPPED)
        work.set_multiple_results(sorted(left_out), result)


def _place(item: WorkItem) -> tuple:
    return tuple((one.start_pos, one.operator_name, one.occurrence) for one in item.mutations)


def read(session: Path) -> Found:
    """Return what a session of the tool holds."""
    with use_db(str(session), WorkDB.Mode.open) as work:
        results = [result for _, result in work.results]
        untried = sum(1 for _ in work.pending_work_items)
    tried = [result for result in results if result.test_outcome is not None]
    survived = [each for each in tried if each.test_outcome == TestOutcome.SURVIVED]
    left_out = sum(1 for each in results if each.output == LEFT_OUT)
    return Found(
        len(tried), left_out, untried, sorted(_changed_lines(each.diff) for each in survived)
    )


def _changed_lines(diff: str) -> str:
    lines = (line for line in diff.splitlines() if line.startswith(("+", "-")))
    return "\n".join(line for line in lines if not line.startswith(("+++", "---")))


if __name__ == "__main__":
    sys.exit(main())

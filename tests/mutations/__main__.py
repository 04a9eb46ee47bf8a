"""Mutation testing: change the code one place at a time and see which unit test notices.

Works on a copy of the project, so that one that is stopped leaves no changed file behind.
Prints every change that no test noticed; those that `survivors.txt` names are known.
Ends with 1 when there is another, and says which modules the time did not suffice for.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from cosmic_ray.work_db import WorkDB, use_db
from cosmic_ray.work_item import TestOutcome

from tests.project_copy import ProjectCopy, top_level

# what is changed -> the unit tests, under tests/, that have to notice
MODULES = {
    "expectations/wording.py": "expectations/test_wording.py",
    "python_models/release/reuse.py": "python_models/release/test_reuse.py",
    "python_models/llm/ledger/parse_response.py": "python_models/llm/test_parse_response.py",
    "python_models/telemetry/detection_scores.py": "python_models/telemetry/test_detection.py",
    "python_models/experiments/scores/scaling.py": "python_models/experiments/scores",
}
# changes that nobody can see: a share that is given is never above one, one that is not is whole
NAMED = Path(__file__).with_name("survivors.txt")
# most `|` of this code stand in types, which nothing reads while it runs
CONFIG = """
[cosmic-ray]
module-path = ["{module}"]
timeout = 120.0
excluded-modules = []
test-command = "{python} -W ignore -m pytest -x -q -m unit -p no:cacheprovider tests/{tests}"
[cosmic-ray.distributor]
name = "local"
[cosmic-ray.filters.operators-filter]
exclude-operators = ["core/ReplaceBinaryOperator_BitOr_.*"]
"""


@dataclass(frozen=True)
class Found:
    """What came of the changes of one module."""

    tried: int
    untried: int
    survivors: list[str]  # each one's differing lines


def main() -> int:
    """Change each named module and print what no test noticed."""
    parser = argparse.ArgumentParser(prog="make test-mutations ARGS=", description=__doc__)
    parser.add_argument("modules", nargs="*", metavar="MODULE", help=f"of {', '.join(MODULES)}")
    parser.add_argument("--minutes", type=float, default=30, help="for all (default: 30)")
    asked = parser.parse_args()
    if unknown := set(asked.modules) - set(MODULES):
        parser.error(f"{', '.join(sorted(unknown))}: no module of MODULES in {__file__}")
    until, whole = time.monotonic() + 60 * asked.minutes, True
    named = NAMED.read_text().split("\n\n")
    with tempfile.TemporaryDirectory() as folder:
        copy = ProjectCopy(Path(folder) / "project", *top_level())
        for module in asked.modules or MODULES:
            found = mutate(copy, module, until)
            new = [each for each in found.survivors if f"{module}\n{each}" not in named]
            say(
                f"{module}: {found.tried} changes, {len(found.survivors)} noticed by no test, "
                f"{len(new)} of them unnamed; {found.untried} not tried for lack of time"
            )
            for each in new:
                say(f"\n{module}\n{each}\n")
            whole = whole and not new and not found.untried
    return 0 if whole else 1


def say(text: str) -> None:
    """Write a line at once: what has been found is seen when the command is stopped."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def mutate(copy: ProjectCopy, module: str, until: float) -> Found:
    """Try every change of a module until the clock says `until`.

    Raises:
        subprocess.CalledProcessError: the tests fail on the unchanged module, or there are none.
    """
    config, session = copy.folder / "mutations.toml", copy.folder / "mutations.sqlite"
    config.write_text(CONFIG.format(module=module, tests=MODULES[module], python=sys.executable))
    session.unlink(missing_ok=True)
    tool = "cosmic_ray.cli"
    _call(copy, tool, "baseline", str(config))
    _call(copy, tool, "init", str(config), str(session))
    _call(copy, "cosmic_ray.tools.filters.operators_filter", str(session), str(config))
    original = (copy.folder / module).read_bytes()
    try:
        _call(copy, tool, "exec", str(config), str(session), seconds=until - time.monotonic())
    except subprocess.TimeoutExpired:
        (copy.folder / module).write_bytes(original)
    return read(session)


def _call(copy: ProjectCopy, *arguments: str, seconds: float | None = None) -> None:
    subprocess.run(
        [sys.executable, "-W", "ignore", "-m", *arguments],
        cwd=copy.folder,
        env=copy.environment(),
        timeout=None if seconds is None else max(seconds, 0),
        check=True,
    )


def read(session: Path) -> Found:
    """Return what a session of the tool holds."""
    with use_db(str(session), WorkDB.Mode.open) as work:
        results = [result for _, result in work.results]
        untried = sum(1 for _ in work.pending_work_items)
    tried = [result for result in results if result.test_outcome is not None]
    survived = [each for each in tried if each.test_outcome == TestOutcome.SURVIVED]
    return Found(len(tried), untried, sorted(_changed_lines(each.diff) for each in survived))


def _changed_lines(diff: str) -> str:
    lines = (line for line in diff.splitlines() if line.startswith(("+", "-")))
    return "\n".join(line for line in lines if not line.startswith(("+++", "---")))


if __name__ == "__main__":
    sys.exit(main())

"""`make new-product`, three times over in a copy of the project: what docs/new-product.md says.

The builds are its own: no other lake has these products. `make test` makes the one that has all
there is (two tables, a CSV with a time column, JSON lines, an LLM step), the others are long.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.conftest import chromium_path
from tests.project_copy import ProjectCopy, top_level

OBSERVATIONS = ["Station,Observed At,Temperature C,Rain,ok"] + [
    f"{place},2026-01-{1 + at // 24:02} {at % 24:02}:00,{3 + at / 10:.1f},{at},yes"
    for at, place in enumerate(("north", "south") * 24)
]
EVENTS = [
    json.dumps({"event_id": at + 1, "kind": "abc"[at % 3], "amount": at * 1.5}) for at in range(30)
]
ITEMS = [line.replace("kind", "grade") for line in EVENTS]
READINGS = [
    f"{line.replace('Station', 'Place')},{'2025-12-01' if at else 'Since'}"
    for at, line in enumerate(OBSERVATIONS)
]


@dataclass(frozen=True)
class Case:
    """One product, and deliveries to it."""

    name: str
    files: dict[str, list[str]]  # what `FROM=` looks at, and lands first
    arguments: tuple[str, ...]
    table: str  # mart of the first file
    again: list[str]  # a second delivery: a corrected row, a new one, one that is none
    corrected: tuple[str, int]  # query of the corrected value, and what it is now
    slice: tuple[str, str]
    broken: list[str]  # a delivery no gate lets pass
    is_sliced: bool = True  # whether a build of the slice is tried: a wrong one is refused anyway

    @property
    def first(self) -> str:
        return next(iter(self.files))

    @property
    def rows(self) -> int:
        """Rows of the first delivery."""
        return len(self.files[self.first]) - (1 if self.first.endswith(".csv") else 0)


HEAD = OBSERVATIONS[0]
CASES = (
    Case(
        "weather",
        {"observations.csv": OBSERVATIONS},
        (),
        "observations",
        [HEAD, "north,2026-01-01 00:00,4,77,yes", "north,2026-03-01 00:00,4,1,no", "north,,4,1,no"],
        ("select rain from weather.observations where observed_at = '2026-01-01 00:00'", 77),
        ("station", "north"),
        [HEAD, *[f"north,2026-04-{at + 1:02} 00:00,warm,1,yes" for at in range(20)]],
    ),
    Case(
        "visits",
        {"events.jsonl": EVENTS},
        (),
        "events",
        [
            '{"event_id": 1, "kind": "a", "amount": 77}',
            '{"event_id": 31, "kind": "b", "amount": 1}',
            '{"event_id": "none", "kind": "b", "amount": 1}',
        ],
        ("select cast(amount as integer) as amount from visits.events where event_id = 1", 77),
        ("kind", "a"),
        [f'{{"event_id": "x{at}", "kind": "a", "amount": 1}}' for at in range(20)],
    ),
    Case(
        "sales",
        {"items.jsonl": ITEMS, "places.csv": READINGS},
        ("--llm", "--key", "places:place,places:observed_at"),
        "items",
        [
            '{"event_id": 1, "grade": "a", "amount": 77}',
            '{"event_id": 31, "grade": "b", "amount": 1}',
            '{"event_id": 32, "grade": "b", "amount": "much"}',
        ],
        ("select cast(amount as integer) as amount from sales.items where event_id = 1", 77),
        ("grade", "a"),
        [f'{{"event_id": {at}, "grade": "a", "amount": "x"}}' for at in range(20)],
        is_sliced=False,
    ),
)
LONG = [pytest.param(case, marks=pytest.mark.long, id=case.name) for case in CASES[:2]]
EACH = pytest.mark.parametrize("case", [*LONG, pytest.param(CASES[2], id=CASES[2].name)])


@dataclass
class Workshop:
    """The copy, where the files lie that are delivered, and what it was made of."""

    project: ProjectCopy
    deliveries: Path
    before: dict[str, str]

    def deliver(self, case: Case, name: str, lines: list[str]) -> None:
        """Put a file where the product looks."""
        folder = self.deliveries / case.name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")

    def run(self, case: Case, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Type `make run DOMAIN=<product>` and more."""
        return self.project.run(
            "python_models.runs.run", "--domain", case.name, *arguments, **self.variables(case)
        )

    def variables(self, case: Case) -> dict[str, str]:
        return {f"SLUICE_{case.name.upper()}_FILES": str(self.deliveries / case.name)}

    def count(self, case: Case) -> int:
        query = f"select count(*) as n from {case.name}.{case.table}"
        return int(self.project.ask(query)[0]["n"])


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    folder = tmp_path_factory.mktemp("new_product")
    project = ProjectCopy(folder / "project", *top_level())
    project.lend_parse()
    yield Workshop(project, folder / "deliveries", project.contents())


@EACH
def test_a_new_product_lands_builds_and_goes_on_after_what_goes_wrong(
    workshop: Workshop, case: Case
) -> None:
    project = workshop.project
    known = project.contents()
    for name, lines in case.files.items():
        workshop.deliver(case, name, lines)
    looked_at = ",".join(str(workshop.deliveries / case.name / name) for name in case.files)
    said = project.python(
        "ingestion.tables.new_product", "--name", case.name, "--from", looked_at, *case.arguments
    )
    assert f"make run DOMAIN={case.name}" in said
    # nothing outside its own folders has changed
    assert {name: text for name, text in project.contents().items() if name in known} == known
    assert all(case.name in name for name in set(project.contents()) - set(known))

    first = workshop.run(case)
    assert first.returncode == 0, first.stdout[-3000:] + first.stderr[-3000:]
    assert workshop.count(case) == case.rows
    release = project.ask("select max(release_id) as id from ops.releases")[0]["id"]

    suffix = case.first.rpartition(".")[2]
    workshop.deliver(case, f"{case.table}_2.{suffix}", case.again)
    second = workshop.run(case)
    assert second.returncode == 0, second.stdout[-3000:] + second.stderr[-3000:]
    assert workshop.count(case) == case.rows + 1
    query, value = case.corrected
    assert list(project.ask(query)[0].values()) == [value]
    (reject,) = project.ask(f"select reason, raw_text, source_file from {case.name}.rejects")
    assert reject["raw_text"] == case.again[-1]

    word, part = case.slice
    if case.is_sliced:
        sliced = workshop.run(case, f"--{word}={part}")
        assert sliced.returncode == 0, sliced.stdout[-3000:]
        assert workshop.count(case) == case.rows + 1
    refused = workshop.run(case, f"--{word}=nothing_like_it")
    assert refused.returncode == 2
    assert f"{word.upper()}=nothing_like_it matches nothing. There are: " in refused.stderr
    assert part in refused.stderr

    estimate = ("python_models.runs.estimate", "--domain", case.name, "--json")
    estimated = json.loads(project.python(*estimate).strip().splitlines()[-1])
    assert bool(estimated) == ("--llm" in case.arguments)
    assert all(one["calls"] == 0 < one["cached_calls"] for one in estimated)

    _keeps_up_and_goes_on(workshop, case, suffix)
    rolled = project.python(
        "python_models.runs", "release-rollback", str(release), "--domain", case.name
    )
    assert rolled
    assert workshop.count(case) == case.rows


def _keeps_up_and_goes_on(workshop: Workshop, case: Case, suffix: str) -> None:
    """A gate that fails keeps the release up; once it is mended the run goes on."""
    workshop.deliver(case, f"{case.table}_3.{suffix}", case.broken)
    failed = workshop.run(case)
    assert failed.returncode == 1
    assert "a load is at most one fifth rejects" in failed.stdout
    assert workshop.count(case) == case.rows + 1
    gate = workshop.project.folder / "expectations" / case.name / "after_landing.py"
    text = gate.read_text()
    assert "> 0.2 *" in text
    gate.write_text(text.replace("> 0.2 *", "> 1.0 *"))
    workshop.project.python("python_models.runs", "resume")
    gate.write_text(text)
    assert workshop.count(case) == case.rows + 1
    rejects = workshop.project.ask(f"select count(*) as n from {case.name}.rejects")
    assert rejects == [{"n": 1 + 20}]


@EACH
@pytest.mark.browser
def test_page_and_card_of_a_new_product_are_drawn_at_three_widths(
    workshop: Workshop, case: Case
) -> None:
    from playwright.sync_api import sync_playwright

    with _served(workshop.project) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
        for width in (1440, 800, 390):
            tab = browser.new_page(viewport={"width": width, "height": 900})
            tab.goto(f"{address}/{case.name}")
            tab.wait_for_selector("[data-testid=stDataFrame]", timeout=240_000)
            assert tab.locator("h1").inner_text() == case.name.capitalize()
            assert tab.locator("[data-testid=stException]").count() == 0
            tab.goto(f"{address}/overview")
            card = tab.locator("h4").filter(has_text=case.name.capitalize())
            card.first.wait_for(timeout=240_000)
            assert tab.get_by_text(f"of {case.table}").count() == 1
            beyond = "document.documentElement.scrollWidth - window.innerWidth"
            assert tab.evaluate(beyond) <= 0
            tab.close()
        browser.close()


@pytest.mark.long
def test_the_conventions_hold_of_the_products_too(workshop: Workshop) -> None:
    conventions(workshop.project)


def test_without_their_folders_the_project_is_what_it_was(workshop: Workshop) -> None:
    project = workshop.project
    for name in set(project.contents()) - set(workshop.before):
        (project.folder / name).unlink()
    for cache in project.folder.rglob("__pycache__"):
        shutil.rmtree(cache)
    # to the byte: what holds of the project holds of its copy
    assert project.contents() == workshop.before


@pytest.mark.long
def test_without_their_folders_its_tests_are_green(workshop: Workshop) -> None:
    conventions(workshop.project)


def conventions(project: ProjectCopy) -> None:
    """Run the copy's own tests of what it declares."""
    chosen = ("tests/conventions", "tests/python_models/runs/test_slices.py")
    project.python("pytest", "-q", "-p", "no:xdist", *chosen)


@contextmanager
def _served(project: ProjectCopy) -> Iterator[str]:
    """Serve the copy's pages; yields their address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        "dashboards/app.py",
        "--server.headless=true",
    ]
    server = subprocess.Popen(
        [*command, f"--server.port={port}", "--server.address=127.0.0.1"],
        cwd=project.folder,
        env=project.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(240):
            try:
                urlopen(f"{address}/_stcore/health", timeout=2).close()
                break
            except OSError:
                time.sleep(0.25)
        yield address
    finally:
        server.terminate()
        server.wait(20)

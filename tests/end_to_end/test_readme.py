"""README.md from top to bottom, each command as a person types it, at 80 columns.

What its first command makes of nothing is what the golden figures are read from; here it is typed
once more, in a copy of that lake which is moved here: what a README command does to one (a
rollback, a restore) no other test may see.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from ingestion.lakehouse.settings import PROJECT_ROOT
from tests.project_copy import ProjectCopy

WIDTH = 80
LONG_WORD = 30  # a path, an id, an address: such a word is never cut
# what is not run here, and why
LEFT = {
    "make": "bare it is make help, which test_help_is_in_groups_and_narrow reads",
    "make test": "is this suite",
    "make unit": "is a part of this suite",
    "make bench": "measures for minutes",
    "make bench-llm": "measures for minutes",
    "make dashboard": "never ends: it is started and asked once",
    "make build": "named as a way out where `dbt build` is refused; make run builds",
    "python -m python_models.runs.dbt_main": "the same, without its arguments",
    "dbt build --full-refresh": "is named for what it does not do",
}
# what README leaves open, filled in; `..` is run last, when there is what it speaks of
FILLED = {
    "make run-show ID=..": "make run-show ID=last",
    "make run-compare A=.. B=..": "make run-compare",
    "make release-diff A=.. B=..": "make release-diff A=1 B=3",
    "make release-rollback ID=..": "make release-rollback ID=1",
    "make backup DIR=..": "make backup DIR=kept",
    "make restore DIR=..": "make restore DIR=kept ARGS=--overwrite",
    "SLUICE_SOURCES=my_sources make run": "SLUICE_SOURCES=my_sources make run DOMAIN=telemetry",
    # in a folder of its own: typed by hand, dbt parses all of the project once more, and so would
    # the `make` that comes after it
    "dbt build": "cd dbt_project && dbt build --quiet --select stg_telemetry__files"
    " --target-path ../out/by_hand",
}
OF_OTHERS = ("dbt ", "dlt ", "cd dbt_project")  # their lines are as wide as they make them
LAST = ("make repair",)
COMMAND = re.compile(r"`((?:make|dbt build|dlt pipeline|python -m)\b[^`]*)`")


def commands_of(text: str) -> list[str]:
    """Return what a page says to type, in its order, each once."""
    found: list[str] = []
    is_shell = is_fence = False
    for line in text.splitlines():
        if line.startswith("```"):
            is_fence = not is_fence
            is_shell = is_fence and line == "```sh"
        elif is_shell and re.match(r"([A-Z_]+=\S+ )?(make|dbt|dlt|python)\b", line):
            found.append(re.sub(r"\s{2,}#.*$", "", line).strip())
        elif not is_fence:
            found += COMMAND.findall(re.sub(r"\[(`[^`]*`)\]\([^)]*\)", r"\1", line))
    return list(dict.fromkeys(found))


def to_run(commands: list[str]) -> list[str]:
    """Return what is typed, with values filled in; what speaks of earlier runs comes last."""
    typed = [one for one in commands if one not in LEFT]
    late = [one for one in typed if ".." in one or one in LAST]
    return [FILLED.get(one, one) for one in [*(one for one in typed if one not in late), *late]]


class Typist:
    """Types commands in a copy of the project."""

    def __init__(self, folder: Path) -> None:
        self.copy = ProjectCopy(folder, "README.md")
        programs = folder / ".venv" / "bin"
        programs.mkdir(parents=True)
        for name, call in (
            ("python", sys.executable),
            ("dbt", _beside("dbt")),
            ("dlt", _beside("dlt")),
        ):
            script = programs / name
            # what is installed names the folder the tests lie in
            script.write_text(f'#!/bin/sh\nPYTHONPATH="{folder}" exec "{call}" "$@"\n')
            script.chmod(0o755)
        (folder / ".venv" / ".installed").touch()
        self.environment = self.copy.environment(
            PATH=f"{programs}:{os.environ['PATH']}",
            COLUMNS=str(WIDTH),
            PYTHONDONTWRITEBYTECODE="",  # the copy is its own
            STREAMLIT_SERVER_HEADLESS="1",
        )

    def type(self, command: str) -> subprocess.CompletedProcess[str]:
        """Run one command line to its end."""
        return subprocess.run(
            ["bash", "-c", command],
            cwd=self.copy.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )


def _beside(name: str) -> Path:
    return Path(sys.executable).parent / name


@pytest.fixture(scope="module")
def typist(tmp_path_factory: pytest.TempPathFactory, demo: Path) -> Iterator[Typist]:
    typist = Typist(tmp_path_factory.mktemp("readme") / "sluice")
    shutil.move(demo / "kept", typist.copy.lake)
    shutil.copytree(demo / "target", typist.copy.folder / "dbt_project" / "target")
    typist.copy.python("python_models.runs", "relocate")
    _write_what_readme_speaks_of(typist.copy.folder)
    yield typist


def _write_what_readme_speaks_of(folder: Path) -> None:
    readme = (PROJECT_ROOT / "README.md").read_text(encoding="utf-8")
    (declared,) = re.findall(r"```yaml\n(# my_sources/presses.yml\n.*?)```", readme, re.S)
    plant = folder / "plant"
    plant.mkdir()
    (folder / "my_sources").mkdir()
    (folder / "my_sources" / "presses.yml").write_text(
        declared.replace("/var/plant", str(plant)), encoding="utf-8"
    )
    lines = [
        f"press-9;{1 + at // 288:02}.11.2026 {at // 12 % 24:02}:{at % 12 * 5:02}:00;1,5;100,5"
        for at in range(576)
    ]
    text = "\n".join(["Machine;Timestamp;P [kW];Temp", *lines]) + "\n"
    (plant / "presses").mkdir()
    (plant / "presses" / "one.csv").write_text(text, encoding="utf-8")
    (folder / "chats.csv").write_text("prompt,response\nHow are you?,Well.\n", encoding="utf-8")
    (folder / "observations.csv").write_text(
        "station,observed_at,rain\n" + "".join(f"north,2026-01-0{d},{d}\n" for d in range(1, 9)),
        encoding="utf-8",
    )


def too_wide(text: str) -> list[str]:
    """Return the lines that are wider than a terminal though nothing in them is too long to be
    broken."""
    return [
        line
        for line in text.splitlines()
        if len(line) > WIDTH and max(map(len, line.split())) < LONG_WORD
    ]


def test_the_printed_schedule_runs_the_night_and_sees_that_it_ran(typist: Typist) -> None:
    entries = json.loads(typist.type("make schedule ARGS=--json").stdout)
    of_cron = {"HOME": str(typist.copy.folder.parent), "PATH": "/usr/bin:/bin"}
    done = []
    for line in entries["cron"].splitlines()[1:]:
        command = line.split(maxsplit=5)[5].replace(r"\%", "%")
        done.append(subprocess.run(["/bin/sh", "-c", command], env=of_cron, cwd="/", check=False))
    said = (typist.copy.lake / "logs" / "nightly.log").read_text(encoding="utf-8")
    assert [one.returncode for one in done] == [0, 0], said
    assert (typist.copy.lake / "nightly").read_text().endswith(" exit code 0\n")
    for each in ("Nothing new since run", "No file to delete.", "Joined", "run ended 0.0 h ago"):
        assert each in said
    unit = entries["systemd_check_service"]
    (folder,) = re.findall(r"^WorkingDirectory=(.*)$", unit, re.M)
    (command,) = re.findall(r"^ExecStart=(.*)$", unit, re.M)
    started = subprocess.run(
        shlex.split(command), env=of_cron, cwd=folder, capture_output=True, text=True, check=True
    )
    assert "The last nightly run ended" in started.stdout


def test_every_command_of_the_readme_works_and_fits_80_columns(typist: Typist) -> None:
    commands = commands_of((PROJECT_ROOT / "README.md").read_text(encoding="utf-8"))
    assert not set(FILLED) - set(commands), "README no longer says these"
    assert not [one for one in to_run(commands) if ".." in one.replace("../", "")]
    wrong, wide = [], []
    for command in to_run(commands):
        began = time.monotonic()
        done = typist.type(command)
        sys.stdout.write(
            f"{time.monotonic() - began:6.1f} s  {command}\n{done.stdout}{done.stderr}\n"
        )
        if done.returncode:
            wrong.append(f"{command}: {done.stdout[-1500:]}{done.stderr[-1500:]}")
        if not command.startswith(OF_OTHERS):
            wide += [f"{command}: {line}" for line in too_wide(done.stdout)]
    assert not wrong, "\n".join(wrong)
    assert not wide, "\n".join(wide)


def test_dashboard_is_started_and_answers(typist: Typist) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        ["make", "dashboard", f"ARGS=--server.port={port}"],
        cwd=typist.copy.folder,
        env=typist.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        assert _answers(f"http://127.0.0.1:{port}/_stcore/health", server)
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=20)


def _answers(address: str, server: subprocess.Popen[bytes]) -> bool:
    deadline = time.monotonic() + 120
    while server.poll() is None and time.monotonic() < deadline:
        try:
            with urlopen(address, timeout=2) as answer:
                return bool(answer.status == 200)
        except (URLError, OSError):
            time.sleep(0.2)
    return False


def test_help_is_in_groups_and_narrow(typist: Typist) -> None:
    lines = typist.type("make").stdout.splitlines()
    assert max(map(len, lines)) <= 100
    heads = [line for line in lines if line and not line.startswith(" ")]
    assert {"set-up", "the main job", "operation", "checks"} <= set(heads)


def test_commands_are_found_in_fences_tables_and_sentences() -> None:
    page = (
        "```sh\nmake run   # first\nA=b make run\n```\n"
        "| q | `make runs`, `make x A=..` |\nSee [`make new`](x).\n"
    )
    assert commands_of(page) == ["make run", "A=b make run", "make runs", "make x A=..", "make new"]


def test_a_wide_line_of_short_words_is_found_and_a_long_path_is_not() -> None:
    assert too_wide("word " * 20)
    assert not too_wide("read /a/path/that/nobody/can/break/anywhere/" + "x" * 60)

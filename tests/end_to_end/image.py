"""The container image without a container engine: its steps, replayed in an empty folder.

`COPY` takes what `.dockerignore` leaves, `RUN` runs in a shell with the image's folder in place of
`/sluice`, and `USER` makes a plain user of who runs it. What only an image has (packages of its
system, users) is left out: those commands are stubs. The packages of the lock are not fetched:
the new environment sees those of the one the tests run in, and pip finds the pins satisfied.
"""

from __future__ import annotations

import fnmatch
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from pathlib import Path

from ingestion.lakehouse.settings import PROJECT_ROOT

HOME = "/sluice"  # where the image has the project
_OF_THE_SYSTEM = ("apt-get", "useradd", "chown", "rm")  # in steps before `USER`
_PYTHON = """#!/bin/sh
# a Python whose new environments see what is installed already, and no setuptools of their own
{real} "$@" || exit
if [ "$1 $2" = "-m venv" ]; then
    for packages in "$3"/lib/python3.*/site-packages; do
        rm -rf "$packages"/setuptools* "$packages"/pkg_resources "$packages"/*distutils*
        echo "import sys; sys.path.append({seen})" > "$packages/zz_seen.pth"
    done
fi
"""
NOBODY = 65534


def steps(dockerfile: str) -> Iterator[tuple[str, str]]:
    """Yield (instruction, argument) in their order."""
    for line in re.sub(r"\\\n\s*", "", dockerfile).splitlines():
        if line.strip() and not line.startswith("#"):
            instruction, _, argument = line.partition(" ")
            yield instruction, argument.strip()


def is_ignored(path: str, patterns: list[str]) -> bool:
    """Say whether `.dockerignore` keeps a path out of the image."""
    parts = path.split("/")
    return any(
        fnmatch.fnmatch(parts[-1], pattern.removeprefix("**/"))
        if pattern.startswith("**/")
        else fnmatch.fnmatch(path, pattern)
        for pattern in patterns
    )


class Image:
    """A folder in which the steps of the Dockerfile were taken, and the user they end with."""

    def __init__(self, place: Path, name: str) -> None:
        self.place, self.folder = place, place / name
        self.folder.mkdir()
        self.is_plain = os.geteuid() != 0
        self._bin, self._stubs = place / "bin", place / "stubs"
        self._write_programs()

    def _write_programs(self) -> None:
        for folder in (self._bin, self._stubs):
            folder.mkdir()
        real = Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info.minor}"
        text = _PYTHON.format(
            real=shlex.quote(str(real)), seen=ascii(sysconfig.get_path("purelib"))
        )
        for program in ("python3.13", "python3.12", "python3.11"):  # whichever is looked for first
            (self._bin / program).write_text(text)
        for program in _OF_THE_SYSTEM:
            (self._stubs / program).write_text("#!/bin/sh\n")
        for path in (*self._bin.iterdir(), *self._stubs.iterdir()):
            path.chmod(0o755)

    def build(self) -> None:
        """Take the steps of the Dockerfile; raises when one fails."""
        for instruction, argument in steps((PROJECT_ROOT / "Dockerfile").read_text()):
            if instruction == "COPY":
                self._copy(argument)
            elif instruction == "RUN":
                stubs = () if self.is_plain else (self._stubs,)
                self.run(["/bin/sh", "-c", self._here(argument)], before=stubs)
            elif instruction == "USER":
                self.is_plain = True
            elif instruction == "WORKDIR":
                assert argument == HOME

    def _here(self, text: str) -> str:
        return text.replace(HOME, shlex.quote(str(self.folder)))

    def _copy(self, argument: str) -> None:
        *options, source, target = argument.split()
        assert (source, target) == (".", "."), "the whole project goes into its folder"
        patterns = (PROJECT_ROOT / ".dockerignore").read_text().split()

        def ignored(folder: str, names: list[str]) -> set[str]:
            inside = Path(folder).relative_to(PROJECT_ROOT)
            return {name for name in names if is_ignored((inside / name).as_posix(), patterns)}

        shutil.copytree(PROJECT_ROOT, self.folder, ignore=ignored, dirs_exist_ok=True)
        if os.geteuid() == 0 and "--chown=sluice" in options:
            for path in (self.folder, *self.folder.rglob("*")):
                os.chown(path, NOBODY, NOBODY, follow_symlinks=False)

    def run(
        self, command: list[str], more: Mapping[str, str] | None = None, before: tuple = ()
    ) -> str:
        """Run a command in the project's folder as the image's user; returns what it printed."""
        left = ("SLUICE_", "DBT_", "LLM_", "PYTHON", "MAKE", "MFLAGS", "VIRTUAL_ENV")
        environment = {key: text for key, text in os.environ.items() if not key.startswith(left)}
        path = [str(folder) for folder in (*before, self._bin)]
        environment |= {
            "PATH": os.pathsep.join([*path, environment["PATH"]]),
            "PIP_NO_INDEX": "1",  # nothing is fetched
            "PIP_NO_CACHE_DIR": "1",
            "HOME": "/nonexistent",
            **(more or {}),
        }
        done = subprocess.run(
            [*self._as_user(), *command],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            check=False,
        )
        said = (done.stdout + done.stderr).decode(errors="replace")
        assert done.returncode == 0, (command, said[-4000:])
        return said

    def _as_user(self) -> list[str]:
        """Return what makes a plain user of root; one that may still read where Python lies."""
        if not self.is_plain or os.geteuid() != 0:
            return []
        user = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
        if _is_private(Path(sys.base_prefix)):
            user += ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
        return user

    def make_read_only(self) -> None:
        """Take the right to write from everything in the project's folder."""
        for path in (*self.folder.rglob("*"), self.folder):
            if not path.is_symlink():
                path.chmod(path.stat().st_mode & ~0o222)

    def remove(self) -> None:
        """Delete the image."""
        for path in (self.folder, *self.folder.rglob("*")):
            if path.is_dir() and not path.is_symlink():
                path.chmod(0o755)
        shutil.rmtree(self.place)


def _is_private(path: Path) -> bool:
    return any(not folder.stat().st_mode & 0o001 for folder in (path, *path.parents))

"""Run a command and measure it from outside: seconds, CPU, the most memory its processes held."""

from __future__ import annotations

import os
import resource
import subprocess
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

SAMPLE_SECONDS = 0.05


class CommandFailed(RuntimeError):
    """A measured command failed; the message ends with what it said."""


@dataclass(frozen=True)
class Measured:
    """What a command took."""

    seconds: float
    peak_mb: float
    output: str
    cpu_s: float = 0.0  # of all its processes: what another load beside it hardly moves

    def as_row(self) -> dict:
        """Return the figures without the output."""
        row = asdict(self)
        del row["output"]
        return row


def measured(
    command: list[str], env: dict[str, str] | None = None, cwd: Path | None = None
) -> Measured:
    """Run a command to its end and return what it took.

    Raises:
        CommandFailed: it did not exit with 0.
    """
    os.sync()  # what the command before it wrote is not written back during this one
    with tempfile.TemporaryFile() as output:
        began, before = time.monotonic(), _children_cpu()
        process = subprocess.Popen(
            command, env=env, cwd=cwd, stdout=output, stderr=subprocess.STDOUT
        )
        peak = 0
        while process.poll() is None:
            peak = max(peak, _resident_bytes(process.pid))
            time.sleep(SAMPLE_SECONDS)
        seconds, cpu = time.monotonic() - began, _children_cpu() - before
        output.seek(0)
        said = output.read().decode(errors="replace")
    if process.returncode != 0:
        raise CommandFailed(
            f"`{' '.join(command)}` exited with {process.returncode}:\n{said[-4_000:]}"
        )
    return Measured(seconds, peak / 2**20, said, cpu)


def _children_cpu() -> float:
    """Return the CPU seconds of all processes that this one has waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _resident_bytes(pid: int) -> int:
    """Return what a process and its descendants hold now, or the most the first one ever held."""
    own = _status_bytes(pid, "VmHWM:")
    descendants = _descendants(pid)
    if not descendants:
        return own
    return max(own, sum(_status_bytes(each, "VmRSS:") for each in [pid, *descendants]))


def _descendants(pid: int) -> list[int]:
    found: list[int] = []
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in _text(children).split():
            found += [int(child), *_descendants(int(child))]
    return found


def _status_bytes(pid: int, field: str) -> int:
    for line in _text(Path(f"/proc/{pid}/status")).splitlines():
        if line.startswith(field):
            return int(line.split()[1]) * 1024
    return 0


def _text(path: Path) -> str:
    """Return a file of /proc; nothing when the process is gone."""
    try:
        return path.read_text()
    except OSError:
        return ""

"""Processes that build tables by hand and publish them: what a test kills.

One server has everything imported and forks for each publication, so that a test which needs
thirty of them does not import the same packages thirty times.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

from ingestion.lakehouse import lock
from python_models.release import mart_parts
from tests.python_models.publishing import build_database, make_things, mart, publish


@dataclass
class Server:
    """The process that forks publications."""

    process: subprocess.Popen[str]

    def start(self, days: int, **environment: str) -> int:
        """Start a publication of tables made of some days; returns its process id."""
        job = {"days": days, "environment": environment}
        assert self.process.stdin
        self.process.stdin.write(json.dumps(job) + "\n")
        self.process.stdin.flush()
        return int(self._line())

    def wait(self) -> int:
        """Return the exit code of the publication that was started; 137 when it was killed."""
        return int(self._line())

    def publish(self, days: int, **environment: str) -> int:
        """Publish and return the exit code."""
        self.start(days, **environment)
        return self.wait()

    def _line(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline()


def start_server() -> Server:
    """Start the server in the environment of now."""
    command = [sys.executable, "-m", "tests.faults.publisher"]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    return Server(process)


def serve() -> None:
    """Fork for each line of standard input."""
    import pyiceberg.catalog.sql
    import pyiceberg.io.pyarrow  # noqa: F401

    for line in sys.stdin:
        pid = os.fork()
        if not pid:
            _run(json.loads(line))
        _say(pid)
        _, status = os.waitpid(pid, 0)
        _say(137 if os.WIFSIGNALED(status) else os.WEXITSTATUS(status))


def _run(job: dict[str, Any]) -> None:
    os.environ.update(job["environment"])
    try:
        publish_days(job["days"])
    except BaseException:  # noqa: BLE001  the exit code is all the test asks for
        os._exit(1)
    os._exit(0)


def publish_days(days: int) -> None:
    """Publish two tables that tell how many days they were made of."""
    mart_parts.ROWS_WORTH_A_PART = 4
    with lock.build_lock("publisher"), build_database() as build:
        make_things(build, days=days)
        build.execute(
            "create or replace table plant.totals as select count(*) as things,"
            " count(distinct thing_date) as days from plant.things"
        )
        totals = mart("totals", key=(), column_comments={})
        publish(build, mart(partition_by="thing_date"), totals, run=f"run-{days}")


def _say(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    serve()

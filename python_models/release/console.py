"""One SELECT that a person typed, run in a child process with limits that the kernel enforces.

DuckDB looks at its own limits between steps of a query: one call of a function ran for minutes
and took gigabytes. A child is killed whatever it does, and its memory goes with it.

The child answers with one line of JSON that says how it went, then the rows as an Arrow stream.
It can write no byte into any file, so that nothing spills onto the disk of the lake.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

import duckdb
import pyarrow as pa

from ingestion.lakehouse.settings import PROJECT_ROOT
from python_models.release.reader import StatementRefused, only_select, open_release

_START_SECONDS = 30.0  # until the child has opened the release; not the query's time
_READY = b"ready\n"
_AT_ONCE = threading.BoundedSemaphore(2)


class QueryFailed(duckdb.Error):
    """DuckDB could not run the query; the message is DuckDB's."""


class QueryStopped(RuntimeError):
    """The query was stopped at a limit; the message says which."""


@dataclass(frozen=True)
class Limits:
    """What one query may take; `memory_bytes` come on top of the program itself."""

    seconds: float = 20.0
    memory_bytes: int = 1 << 30
    result_bytes: int = 64 << 20
    rows: int = 10_001


def run_select(
    release: Path, text: str, limits: Limits, parameters: Mapping[str, Any] | None = None
) -> pa.Table:
    """Return the rows of one SELECT on a release file.

    Args:
        parameters: values of `$name` in it; plain JSON.

    Raises:
        StatementRefused: it is empty, several statements, or not a SELECT.
        QueryFailed: DuckDB could not run it.
        QueryStopped: it reached a limit, or two others are running.
    """
    if not _AT_ONCE.acquire(blocking=False):
        raise QueryStopped("Two queries are running already. Try again when one is done.")
    try:
        header, rows = _asked(release, text, limits, parameters or {})
    finally:
        _AT_ONCE.release()
    if header["kind"] == "refused":
        raise StatementRefused(header["says"])
    if header["kind"] == "failed":
        raise QueryFailed(header["says"])
    if header["kind"] == "stopped":
        raise QueryStopped(header["says"])
    return pa.ipc.open_stream(rows).read_all()


def _asked(
    release: Path, text: str, limits: Limits, parameters: Mapping[str, Any]
) -> tuple[dict[str, str], bytes]:
    command = [sys.executable, "-m", __name__, str(release), json.dumps(asdict(limits))]
    with subprocess.Popen(
        command,
        cwd=PROJECT_ROOT,
        # Arrow's own allocator takes a gigabyte of addresses before its first byte
        env=os.environ | {"ARROW_DEFAULT_MEMORY_POOL": "system"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as child:
        try:
            return _exchange(
                child, json.dumps({"sql": text, "parameters": dict(parameters)}), limits
            )
        finally:
            child.kill()


def _exchange(
    child: subprocess.Popen[bytes], text: str, limits: Limits
) -> tuple[dict[str, str], bytes]:
    slow_start = threading.Timer(_START_SECONDS, child.kill)
    slow_start.start()
    assert child.stdout is not None
    first = child.stdout.readline()
    slow_start.cancel()
    if first != _READY:
        return _header(first) or {"kind": "failed", "says": "The release cannot be opened."}, b""
    try:
        answer, _ = child.communicate(text.encode("utf-8", "replace"), timeout=limits.seconds)
    except subprocess.TimeoutExpired:
        return _stopped(_too_long(limits)), b""
    line, _, rows = answer.partition(b"\n")
    if child.returncode == -signal.SIGXCPU:
        return _stopped(_too_long(limits)), b""
    return _header(line) or _stopped(_too_much(limits)), rows


def _header(line: bytes) -> dict[str, str] | None:
    return json.loads(line) if line.startswith(b"{") else None


def _stopped(says: str) -> dict[str, str]:
    return {"kind": "stopped", "says": says}


def _too_long(limits: Limits) -> str:
    return f"The query took longer than {limits.seconds:g} s and was stopped. Ask for less."


def _too_much(limits: Limits) -> str:
    return (
        f"The query needs more than {limits.memory_bytes >> 20} MB of memory and was stopped. "
        "Ask for less, or use `make sql`."
    )


def main() -> None:
    """Open the release, take the limits on, and answer the one query that comes on stdin."""
    release, limits = Path(sys.argv[1]), Limits(**json.loads(sys.argv[2]))
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    try:
        connection = open_release(release, spill=False)
    except Exception as error:  # noqa: BLE001  said on the page
        _say(out, "failed", str(error))
        return
    out.write(_READY)
    out.flush()
    question = json.loads(sys.stdin.buffer.read())
    _take_on(limits)
    try:
        select = only_select(connection, question["sql"])
        found = connection.sql(select, params=question["parameters"] or None)
        rows = found.limit(limits.rows).to_arrow_table()
        if rows.nbytes > limits.result_bytes:
            megabytes = limits.result_bytes >> 20
            _say(out, "stopped", f"The result is larger than {megabytes} MB. Ask for less.")
            return
        _say(out, "rows", "")
        with pa.ipc.new_stream(out, rows.schema) as stream:
            stream.write_table(rows)
        out.flush()
    except StatementRefused as refusal:
        _say(out, "refused", str(refusal))
    except (duckdb.OutOfMemoryException, MemoryError, pa.ArrowMemoryError):
        _say(out, "stopped", _too_much(limits))
    except (duckdb.Error, pa.ArrowException) as error:
        says = str(error)
        is_memory = "bad_alloc" in says or "bad allocation" in says
        _say(out, *(("stopped", _too_much(limits)) if is_memory else ("failed", says)))


def _take_on(limits: Limits) -> None:
    """Limit this process for good: nothing in it can raise a hard limit again."""
    cpu = int(limits.seconds * 2) + 1  # DuckDB has two threads
    pages = int(Path("/proc/self/statm").read_text().split()[0]) if sys.platform == "linux" else 0
    space = pages * resource.getpagesize() + limits.memory_bytes
    wanted: list[tuple[int, int]] = [
        (resource.RLIMIT_CPU, cpu),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ]
    if pages:
        wanted.append((resource.RLIMIT_AS, space))
    for what, most in wanted:
        resource.setrlimit(what, (most, most))


def _say(out: IO[Any], kind: str, says: str) -> None:
    out.write(json.dumps({"kind": kind, "says": says}).encode() + b"\n")
    out.flush()


if __name__ == "__main__":
    main()
    # a library's threads at the end of a process without memory may wait for ever
    os._exit(0)

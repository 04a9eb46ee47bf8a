"""One run as the journal has it: which one this invocation belongs to, how it began and ended."""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ingestion.lakehouse import journal
from ingestion.lakehouse.disk_space import is_full, no_room
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import scrub
from python_models.release.run_states import ending
from python_models.release.snapshot_files import plain
from python_models.runs import fingerprint
from python_models.runs.raw_views import Pins, current_pins
from python_models.runs.spark.told import of_run, run_pid, told

GOOD = ("success", "pass", "warn", "no-op")
BAD = ("error", "fail", "runtime error", "partial success")
_EXCEPTION = re.compile(r"^[A-Za-z_][\w.]*(Error|Exception|Failed|Passed|[A-Z]\w+): ")
_LEAST_BUILD_BYTES = 64_000_000
RESUME_VARIABLE = "SLUICE_RESUME_RUN"
RAW_NOT_READ = "SLUICE_RAW_NOT_READ"  # set: nothing that is built reads a raw table
BEGIN_VARIABLE = "SLUICE_BEGIN_RUN"  # id that a run is to have: who starts it knows what it did


# arguments with which dbt makes less than the whole of what is selected
PARTIAL = ("exclude", "selector", "resource_types", "empty", "sample")


class PinsLost(RuntimeError):
    """The raw snapshots of a run are gone, so that it cannot be gone on with."""


def new_run_id() -> str:
    """Return an id that can be typed; its time is for people, nothing is ordered by it."""
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


def begun_run_id() -> str:
    """Return the id of the run that begins: the one whoever started it chose, or a new one."""
    return os.environ.get(BEGIN_VARIABLE) or new_run_id()


def inherited() -> tuple[str, Pins] | None:
    """Return run and raw snapshots this invocation goes on with; None when it begins a run.

    `make resume` names the run; `dbt retry` goes on with the one its results file is of.

    Raises:
        PinsLost: the raw tables are no longer there as that run read them.
    """
    run_id = os.environ.get(RESUME_VARIABLE) or _retried_run()
    found = journal.rows(
        "select run_id, pins from runs where run_id = ? and pins is not null"
        " order by rowid limit 1",
        (run_id,),
    )
    return _with_pins(found[0]) if found else None


def pins_of(run_id: str) -> Pins:
    """Return the raw snapshots a run reads: those it began with, or, of a new one, today's.

    Raises:
        PinsLost: the raw tables are no longer there as that run read them.
    """
    found = journal.rows(
        "select run_id, pins from runs where run_id = ? and pins is not null"
        " order by rowid limit 1",
        (run_id,),
    )
    return _with_pins(found[0])[1] if found else current_pins()


def last_pins() -> Pins:
    """Return the raw snapshots the last invocation read."""
    found = journal.rows("select pins from runs where pins is not null order by rowid desc limit 1")
    return json.loads(found[0]["pins"]) if found else {}


def _with_pins(run: Mapping[str, Any]) -> tuple[str, Pins]:
    pins = json.loads(run["pins"])
    files = [plain(file) for tables in pins.values() for file in tables.values()]
    lost = [file for file in files if "://" not in file and not Path(file).exists()]
    if lost and os.environ.get(RAW_NOT_READ):
        return run["run_id"], current_pins()
    if lost:
        raise PinsLost(
            f"Run {run['run_id']} cannot go on: of the raw tables it reads {len(lost)} are no"
            f" longer kept as they were then (the first is {lost[0]}). Nothing was built or"
            " changed. `make build` builds everything as a new run, on what has landed by now."
        )
    return run["run_id"], pins


def _retried_run() -> str | None:
    from dbt.flags import get_flags

    flags = get_flags()
    if "retry" not in str(getattr(flags, "INVOCATION_COMMAND", "")).split()[:4]:
        return None
    folder = getattr(flags, "STATE", None) or getattr(flags, "TARGET_PATH", None) or "target"
    results = Path(folder) / "run_results.json"
    if not results.exists():
        return None
    invocation_id = json.loads(results.read_text())["metadata"]["invocation_id"]
    found = journal.rows("select run_id from runs where invocation_id = ?", (invocation_id,))
    return found[0]["run_id"] if found else None


def record_start(
    invocation_id: str,
    run_id: str,
    pins: Pins,
    selected: Sequence[str],
    arguments: Mapping[str, Any],
    target: str,
) -> None:
    """Write a run down before its first node: what runs, on what, with which settings."""
    texts = fingerprint.project_texts()
    files = {path: fingerprint.digest(content) for path, content in texts.items()}
    commit, is_dirty = fingerprint.git_state()
    variables = arguments.get("vars") or {}
    run = {
        "invocation_id": invocation_id,
        "run_id": run_id,
        "started_at": journal.now(),
        "command": scrub(str(arguments.get("invocation_command") or arguments.get("which"))),
        "target": target,
        "git_commit": commit,
        "is_dirty": is_dirty,
        "config_hash": fingerprint.config_hash(variables),
        "status": "running",
        "pid": run_pid(),
        "pins": json.dumps(pins),
        "project_hash": fingerprint.project_hash(files),
    }
    row = _arguments_row(invocation_id, run_id, of_run(arguments), files)
    left = layer.left if (layer := told()) else selected
    row |= {"selected": _json(sorted(left))}
    # a run without what it was asked could not be gone on with
    journal.put_together({"runs": [run], "run_args": [row]})
    journal.keep_texts(fingerprint.storable_texts(texts))


def _arguments_row(
    invocation_id: str, run_id: str, arguments: Mapping[str, Any], files: Mapping[str, str]
) -> dict[str, Any]:
    # a killed run leaves no results file: `resume` repeats these arguments
    kept = ("which", "select", "full_refresh", "indirect_selection", *PARTIAL)
    return {
        "invocation_id": invocation_id,
        "run_id": run_id,
        "arguments": _json({name: arguments[name] for name in kept if arguments.get(name)}),
        "variables": _json(arguments.get("vars") or {}),
        "environment": _json(fingerprint.plain_settings()),
        "files": _json(files),
        "recorded_at": journal.now(),
    }


def record_end(invocation_id: str) -> str:
    """Write down how a run ended, as its nodes say; returns its status."""
    run = journal.rows("select * from runs where invocation_id = ?", (invocation_id,))[0]
    bad = journal.rows(
        "select node, status, message from node_runs where invocation_id = ?"
        f" and status in ({', '.join(repr(status) for status in BAD)}) order by rowid",
        (invocation_id,),
    )
    layer = told()
    # the run goes on when a layer has ended; the next one, or who looks after it, says how it ended
    good = "running" if layer and not layer.is_last else "success"
    status = "failed" if bad else good
    message = f"{bad[0]['node']}: {bad[0]['message']}" if bad else None
    end = ending(run["started_at"], journal.now(), status, message)
    journal.change("runs", {"invocation_id": invocation_id}, end)
    return status


def show_end(invocation_id: str, status: str) -> None:
    """Show readers how a run ended; one that cannot be shown has failed, for that reason.

    What it released is released already: `resume` has only this left to do. A run that goes on
    in another layer is not shown; whoever is to be alerted is alerted all the same.
    """
    from python_models.release import release_file
    from python_models.runs import alerts

    try:
        if status != "running":
            release_file.refresh(invocation_id)
    except Exception as error:
        failed = {"status": "failed", "message": reason(str(error))}
        with suppress(OSError):  # the journal may lie on the disk that is full
            key = {"invocation_id": invocation_id, "status": "success"}
            journal.change("runs", key, failed)
        raise
    finally:
        alerts.after_run(invocation_id)


def reason(message: str | None) -> str:
    """Return what an error text says, without the frames of a Python traceback.

    Where there was no room it says how much is needed.
    """
    if message and is_full(RuntimeError(message)) and "disk is full" not in message:
        message = f"{no_room(lake().root, 'a build', _build_bytes())} {message}"
    lines = [line.strip() for line in (message or "").splitlines() if line.strip()]
    if any(line.startswith("Traceback") for line in lines):
        named = [i for i, line in enumerate(lines) if _EXCEPTION.match(line)]
        lines = lines[named[-1] :] if named else lines[-1:]
    return scrub(" ".join(lines))[:1000] or "no message"


def _build_bytes() -> int:
    """Return about what a build takes beside what is there: its tables are written once more."""
    database = lake().build_db
    return _LEAST_BUILD_BYTES + (database.stat().st_size if database.exists() else 0)


def _json(value: Any) -> str:
    return scrub(json.dumps(value, default=str, sort_keys=True))

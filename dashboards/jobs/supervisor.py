"""Holds one job: waits for its turn, runs its command, stops it when asked, says how it ended.

`python -m dashboards.jobs.supervisor <job id>`; started by `jobs.make`, needed by no server.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

from dashboards.jobs import jobs
from dashboards.jobs.processes import Known, known
from ingestion.lakehouse import journal
from ingestion.lakehouse.settings import PROJECT_ROOT, settings

_LOOK_SECONDS = 0.25  # how often it looks for its turn, its job's end, a wish to stop
_GRACE_SECONDS = 15.0  # from being asked to stop to being stopped
_MESSAGE_BYTES = 2_000


def main(job_id: str) -> int:
    """Hold a job to its end; returns the exit code (0: what became of it is written down)."""
    # a shell may have started the server deaf to it, and what is deaf starts deaf jobs
    signal.signal(signal.SIGINT, signal.default_int_handler)
    me = known(os.getpid())
    if not jobs.claim(job_id, me):
        return 0
    try:
        state, code, message = _run(job_id)
    except BaseException as error:
        jobs.end(job_id, "failed", message=f"It could not be run: {error!r}", of=me)
        raise
    result_file = jobs.folder_of(job_id) / jobs.RESULT_NAME
    result = result_file.read_text("utf-8") if result_file.exists() else None
    jobs.end(job_id, state, code, message, result, of=me)
    return 0


def _run(job_id: str) -> tuple[jobs.State, int | None, str | None]:
    while not _is_unwanted(job_id) and not jobs.begin(job_id, settings().sluice_jobs_at_once):
        time.sleep(_LOOK_SECONDS)
    if _is_unwanted(job_id):
        return "cancelled", None, None
    folder = jobs.folder_of(job_id)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / jobs.OUTPUT_NAME).open("wb") as output:
        process = _started(job_id, output.fileno())
    held = known(process.pid)
    journal.change(
        "jobs",
        {"job_id": job_id},
        {"process_pid": held.pid, "process_started": held.started},
    )
    code = _awaited(job_id, process, held)
    if code and _is_unwanted(job_id):
        return "cancelled", code, None
    return ("failed", code, _last_words(job_id)) if code else ("succeeded", 0, None)


def _started(job_id: str, output: int) -> subprocess.Popen[bytes]:
    job = jobs.named(job_id)
    if job is None:
        raise LookupError(f"there is no job {job_id}")
    environment = {
        "DBT_LOG_PATH": str(job.folder),
        "DBT_LOG_FORMAT_FILE": "json",
        "DBT_LOG_LEVEL_FILE": "info",
        "PYTHONUNBUFFERED": "1",
        "SLUICE_JOB_ID": job_id,
    }
    return subprocess.Popen(
        job.command,
        cwd=PROJECT_ROOT,
        env=os.environ | environment | dict(job.environment),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def _awaited(job_id: str, process: subprocess.Popen[bytes], held: Known) -> int:
    """Return the exit code of a job that ends by itself or because it is asked to."""
    asked_at: float | None = None
    while True:
        try:
            return process.wait(_LOOK_SECONDS)
        except subprocess.TimeoutExpired:
            pass
        if asked_at is None and _is_unwanted(job_id):
            asked_at = time.monotonic()
            held.signal_group(signal.SIGINT)
        elif asked_at is not None and time.monotonic() > asked_at + _GRACE_SECONDS:
            held.signal_group(signal.SIGKILL)


def _is_unwanted(job_id: str) -> bool:
    found = journal.rows("select cancel_asked_at from jobs where job_id = ?", (job_id,))
    return bool(found and found[0]["cancel_asked_at"])


def _last_words(job_id: str) -> str:
    """Return the end of what a job printed: why it failed."""
    with (jobs.folder_of(job_id) / jobs.OUTPUT_NAME).open("rb") as output:
        output.seek(0, os.SEEK_END)
        output.seek(max(0, output.tell() - _MESSAGE_BYTES))
        return output.read().decode("utf-8", "replace").strip()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))

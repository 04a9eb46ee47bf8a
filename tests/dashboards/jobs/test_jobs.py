"""A job is held by a process of its own: whoever dies, what is said of it is true."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from dashboards.jobs import jobs
from dashboards.jobs.jobs import Job
from dashboards.jobs.processes import Known, known
from dashboards.jobs.progress import progress_of
from ingestion.lakehouse import journal
from ingestion.lakehouse.settings import PROJECT_ROOT, reset_settings

SLEEP = "import time; time.sleep(60)"


@pytest.fixture(autouse=True)
def lake_of_its_own(clean_settings: None) -> None:
    """Every job of these tests lies in a lake that ends with the test."""


def until(said: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not said():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.05)


def program(text: str, **more: object) -> Job:
    command = [sys.executable, "-c", textwrap.dedent(text)]
    return jobs.make("test", "A test", command, **more)  # type: ignore[arg-type]


def now(job: Job) -> Job:
    found = jobs.named(job.job_id)
    assert found is not None
    return found


def state_of(job: Job) -> str:
    return now(job).state


def is_state(job: Job, state: str) -> Callable[[], bool]:
    return lambda: state_of(job) == state


def runs(job: Job) -> Callable[[], bool]:
    return lambda: now(job).state == "running" and now(job).process is not None


def kill(process: Known | None) -> None:
    assert process is not None and process.is_alive()
    os.kill(process.pid, signal.SIGKILL)
    until(lambda: not process.is_alive())


def test_a_job_says_how_far_it_is_what_came_of_it_and_how_it_ended() -> None:
    job = program("""
        import pathlib, time
        from dashboards.jobs.progress import tell, tell_result
        tell(1, 4, "files", "reading")
        while not (pathlib.Path.cwd() / "no").exists() and time.sleep(0.05) is None:
            from dashboards.jobs.jobs import folder_of
            import os
            if (folder_of(os.environ["SLUICE_JOB_ID"]) / "go").exists():
                break
        tell_result({"rows": 5})
        print("done")
    """)
    until(lambda: progress_of(now(job)).total == 4)
    far = progress_of(now(job))
    assert (far.done, far.unit, far.message) == (1, "files", "reading")
    assert far.eta_seconds is not None
    (job.folder / "go").touch()
    until(is_state(job, "succeeded"))
    ended = now(job)
    assert (ended.exit_code, ended.result, ended.output.read_text()) == (0, {"rows": 5}, "done\n")
    failed = program("raise SystemExit('there is no such file')")
    until(is_state(failed, "failed"))
    assert (now(failed).exit_code, now(failed).message) == (1, "there is no such file")


def test_a_job_outlives_the_process_that_asked_for_it(tmp_path: Path) -> None:
    asker = subprocess.Popen(
        [
            sys.executable, "-c",
            "import sys, time; from dashboards.jobs import jobs; print(jobs.make('test', 'A test',"
            f" [sys.executable, '-c', {SLEEP!r}]).job_id, flush=True); time.sleep(60)",
        ],
        cwd=PROJECT_ROOT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert asker.stdout
    job_id = asker.stdout.readline().strip()
    asker.kill()
    assert asker.wait() == -signal.SIGKILL
    job = jobs.named(job_id)
    assert job is not None
    until(runs(job))
    jobs.cancel(now(job))
    until(is_state(job, "cancelled"))


def test_a_job_is_lost_only_when_its_supervisor_and_it_are_gone() -> None:
    job = program(SLEEP)
    until(runs(job))
    kill(now(job).supervisor)
    assert state_of(job) == "running"
    kill(now(job).process)
    lost = now(job)
    assert lost.state == "lost" and "resume" in str(lost.message)
    journal.change("jobs", {"job_id": job.job_id}, {"supervisor_pid": None})
    assert state_of(job) == "lost", "what has ended stays as it ended"


def test_a_job_without_supervisor_is_cancelled_all_the_same() -> None:
    job = program(SLEEP)
    until(runs(job))
    kill(now(job).supervisor)
    jobs.cancel(now(job))
    until(is_state(job, "cancelled"))


def test_a_process_that_has_the_id_of_a_dead_one_is_not_taken_for_it() -> None:
    me = known(os.getpid())
    assert me.is_alive() and not Known(me.pid, "1").is_alive()
    job = program(SLEEP)
    until(runs(job))
    kill(now(job).supervisor)
    kill(now(job).process)
    journal.change(
        "jobs", {"job_id": job.job_id}, {"process_pid": os.getpid(), "process_started": "1"}
    )
    assert state_of(job) == "lost"


def test_what_has_not_begun_when_its_supervisor_dies_is_begun_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(jobs, "_supervise", lambda job_id: None)  # the server died right here
        job = program(f"open({str(tmp_path / 'runs')!r}, 'a').write('x')")
    assert job.state == "queued"
    monkeypatch.setattr(jobs, "_BEGIN_SECONDS", 0.0)
    for _ in range(3):
        now(job)
    until(is_state(job, "succeeded"))
    assert (tmp_path / "runs").read_text() == "x"


def test_only_so_many_jobs_run_at_once_and_the_others_wait_in_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SLUICE_JOBS_AT_ONCE", "1")
    reset_settings()
    first = program(SLEEP)
    until(runs(first))
    second, third = program("print(2)"), program("print(3)")
    unwanted = program("print(4)")
    jobs.cancel(unwanted)
    until(is_state(unwanted, "cancelled"))
    assert [state_of(job) for job in (second, third)] == ["queued", "queued"]
    assert progress_of(now(second)).message == "waiting"
    jobs.cancel(first)
    until(is_state(third, "succeeded"))
    began = [now(job).started_at or "" for job in (first, second, third)]
    assert began == sorted(began) and now(unwanted).started_at is None


def test_folders_of_old_jobs_go_and_what_became_of_them_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(jobs, "KEPT", 2)
    made = []
    for number in range(3):
        made.append(program(f"print({number})"))
        until(is_state(made[-1], "succeeded"))
    jobs.forget_old()
    assert [job.folder.exists() for job in made] == [False, False, True]
    assert [state_of(job) for job in made] == ["succeeded"] * 3

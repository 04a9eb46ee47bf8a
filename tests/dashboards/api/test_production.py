"""A set is made, exported, downloaded in parts and checked, by who may have it."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path as FilePath
from typing import Any

import pytest
import yaml
from fastapi.testclient import TestClient

from dashboards.api.answer_files import answer_folder
from dashboards.jobs import jobs
from ingestion.conversations.named_sets import merges
from ingestion.lakehouse import journal
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import PROJECT_ROOT
from python_models.release import kept_tables
from tests.dashboards.api.conftest import Ask
from tests.python_models.conversations.released import Member, publish_set

TALK = (("user", "How do I bake bread?"), ("assistant", "Knead and wait."))
SLEEP = ["sleep", "60"]


def talk(number: int) -> tuple[tuple[str, str], ...]:
    return (("user", f"How do I bake bread number {number}?"), ("assistant", "Knead and wait."))


def publish(*members: Member) -> None:
    """Let the release that readers see hold a set of these members, and nothing else."""
    lake().latest.unlink()
    publish_set(members)


def until(said: Callable[[], Any], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not said():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.05)


def exported(one: TestClient, **more: Any) -> dict[str, Any]:
    made = one.post("production/export", json={"set": "letters_set", **more})
    assert made.status_code == 202, made.text
    job_id = made.json()["job_id"]
    deadline = time.monotonic() + 60
    while (job := one.get(f"production/status/{job_id}").json())["state"] in ("queued", "running"):
        assert time.monotonic() < deadline, "it never ended"
        time.sleep(0.1)
    assert job["state"] == "succeeded", job
    return dict(job)


def test_an_export_is_downloaded_in_parts_and_its_checksum_holds(client: Ask) -> None:
    one, other = client("read"), client("read")
    publish(*(Member(talk(number)) for number in range(300)))
    job = exported(one)
    (told,) = [found for found in job["result"]["files"] if found["split"] == "train"]
    at = f"production/export/{job['job_id']}/{told['file']}"
    first = one.get(at, headers={"Range": "bytes=0-999"})
    assert (first.status_code, len(first.content)) == (206, 1000)
    more = {"Range": "bytes=1000-", "If-Range": first.headers["etag"]}
    rest = one.get(at, headers=more)
    content = first.content + rest.content
    assert hashlib.sha256(content).hexdigest() == told["sha256"]
    digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
    assert first.headers["digest"] == f"sha-256={digest}"
    assert told["file"] in first.headers["content-disposition"]
    with one.stream("GET", at, headers={"Accept-Encoding": "gzip"}) as packed:
        assert packed.headers["content-encoding"] == "gzip"
        assert gzip.decompress(b"".join(packed.iter_raw())) == content
    assert one.get(at, headers={"Range": "bytes=99999999-"}).status_code == 416
    manifest = one.get(f"production/export/{job['job_id']}/manifest.json")
    assert json.loads(manifest.content)["export_id"] == job["result"]["export_id"]
    for wrong in ("nothing.jsonl", "..%2f..%2fVERSION", "%2fetc%2fpasswd"):
        assert one.get(f"production/export/{job['job_id']}/{wrong}").status_code == 404
    assert other.get(at).status_code == 404


def test_the_tiers_of_the_key_decide_what_is_exported(client: Ask) -> None:
    whole, poor = client("read"), client("read", tiers=("open",))
    publish(Member(talk(1)), Member(talk(2), tier="private"))
    for ask in (
        lambda one: one.post("production/export", json={"set": "letters_set"}),
        lambda one: one.get("pipeline/export/jsonl", params={"set": "letters_set"}),
    ):
        refused = ask(poor)
        assert refused.status_code == 403 and "private" not in refused.text
        assert ask(whole).status_code in (200, 202)
    assert [path for path in lake().root.iterdir() if path.name.startswith(".export-")] == []


def test_a_set_is_one_file_in_the_format_that_is_asked(client: Ask) -> None:
    one = client("read", sluice_api_limit_exports="4/hour")
    publish(Member(talk(1)), Member(talk(2), split="test"), Member(talk(3), split=None))
    found = one.get("pipeline/export/jsonl", params={"set": "letters_set", "template": "sharegpt"})
    lines = [json.loads(line) for line in found.content.splitlines()]
    assert len(lines) == 2 and all("conversations" in line for line in lines)
    assert found.headers["x-content-sha256"] == hashlib.sha256(found.content).hexdigest()
    (row,) = kept_tables.rows_of("conversations", "exports")
    assert (row["sha256"], row["row_count"], row["split"], row["folder"]) == (
        hashlib.sha256(found.content).hexdigest(), 2, "all", None,
    )  # fmt: skip
    assert one.get("pipeline/export/parquet?set=letters_set").content[:4] == b"PAR1"
    assert one.get("pipeline/export/jsonl?set=nothing").status_code == 404
    assert one.get("pipeline/export/jsonl?set=letters_set&template=no").status_code == 422
    assert one.get("pipeline/export/jsonl?set=letters_set").status_code == 429


def test_an_export_that_is_killed_shows_nothing_and_its_next_try_is_whole(
    client: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, make = client("read,run"), jobs.make
    publish(*(Member(talk(number)) for number in range(300)))

    def held(kind: str, title: str, command: list[str], *more: Any) -> jobs.Job:
        # the job waits in the middle of its files, as one of a large set would be
        text = (
            "import sys, time; from python_models.conversations import exporting;"
            "write = exporting.JsonLines.__init__;"
            "exporting.JsonLines.__init__ = lambda *a: (write(*a), time.sleep(300));"
            "from dashboards.conversations import export_job; sys.exit(export_job.main())"
        )
        return make(kind, title, [command[0], "-c", text, *command[3:]], *more)

    monkeypatch.setattr(jobs, "make", held)
    job_id = one.post("production/export", json={"set": "letters_set"}).json()["job_id"]
    until(lambda: list((lake().root / "exports").glob(".*/*.jsonl")))
    job = jobs.named(job_id)
    assert job is not None and job.process is not None
    os.kill(job.process.pid, signal.SIGKILL)
    until(lambda: one.get(f"production/status/{job_id}").json()["state"] == "failed")
    told = one.get(f"production/status/{job_id}").json()
    assert told["exit_code"] == -signal.SIGKILL and told["result"] is None
    name = "letters_set-train.jsonl"
    assert one.get(f"production/export/{job_id}/{name}").status_code == 404
    assert kept_tables.rows_of("conversations", "exports") == []
    (left,) = (lake().root / "exports").iterdir()
    os.utime(left, (1, 1))
    monkeypatch.setattr(jobs, "make", make)
    journal.change("jobs", {"job_id": job_id}, {"command": _as_asked(job.command)})
    again = one.post(f"pipeline/resume/{job_id}").json()
    assert again["kind"] == "export"
    until(lambda: one.get(f"production/status/{again['job_id']}").json()["state"] == "succeeded")
    assert one.get(f"production/export/{again['job_id']}/{name}").status_code == 200
    assert [folder.name for folder in (lake().root / "exports").iterdir()] == [again["job_id"]]


def _as_asked(command: tuple[str, ...]) -> str:
    return json.dumps([command[0], "-m", "dashboards.conversations.export_job", *command[3:]])


def test_a_file_whose_server_was_killed_while_it_wrote_it_is_swept(client: Ask) -> None:
    gone = subprocess.run(
        [sys.executable, "-c", "from dashboards.api.answer_files import answer_folder;"
         "import os, signal; print(answer_folder(), flush=True); os.kill(os.getpid(), 9)"],
        capture_output=True, text=True, check=False, cwd=PROJECT_ROOT,
    )  # fmt: skip
    left, mine = FilePath(gone.stdout.strip()), answer_folder()
    assert gone.returncode == -signal.SIGKILL and left.exists() is False, "swept by the next one"
    left.mkdir()
    client("read")
    assert mine.exists() and not left.exists(), "and by a server that begins"


@pytest.mark.parametrize("address", ["pipeline/merge", "production/generate"])
def test_a_set_is_declared_once_and_its_job_builds_it(
    client: Ask, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    make, commands = jobs.make, []

    def made(kind: str, title: str, command: list[str], *more: Any) -> jobs.Job:
        commands.append(command)
        return make(kind, title, SLEEP, *more)

    monkeypatch.setattr(jobs, "make", made)
    one = client("read,run,write", tiers=("open", "restricted"))
    asked = {"set": "mine", "datasets": ["letters"], "policy": "newest", "tiers": ["restricted"]}
    key = {"Idempotency-Key": "set"}
    first = one.post(address, json=asked, headers=key)
    assert first.status_code == 202, first.text
    assert one.post(address, json=asked, headers=key).json() == first.json()
    assert [command[1:] for command in commands] == [
        ["-m", "python_models.runs.run", "--domain=conversations"]
    ]
    told = yaml.safe_load((merges() / "mine.yml").read_text())
    assert (told["policy"], told["tiers"]) == ("newest", ["restricted"])
    taken = [asked | {"policy": "first"}, asked | {"set": "open_chat"}]
    assert [one.post(address, json=body).status_code for body in taken] == [409, 409]
    forbidden = one.post(address, json=asked | {"set": "b", "tiers": ["private"]})
    assert forbidden.status_code == 403
    for wrong in ("../../evil", "A b", ""):
        assert one.post(address, json=asked | {"set": wrong}).status_code == 422
    assert client("read,run").post(address, json=asked | {"set": "c"}).status_code == 403
    assert {path.name for path in merges().iterdir()} == {"mine.yml"}
    jobs.cancel(jobs.listed()[0])

"""A file handed over on the page becomes a dataset that landing reads, whatever it is called."""

from __future__ import annotations

import gzip
import io
import json
import time
import zipfile
from pathlib import Path

import pytest
import yaml
from streamlit.testing.v1 import AppTest

from dashboards.conversations.elsewhere import load_command
from dashboards.jobs import jobs
from dashboards.parts import run_progress, runner
from ingestion.conversations.landing import SOURCE
from ingestion.conversations.uploads import UploadRefused, Wanted, keep
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import reset_settings
from tests.dashboards.pages import failures, page, words

CHATS = b"".join(
    json.dumps({"instruction": f"How do I bake bread {n}?", "output": "Knead and wait."}).encode()
    + b"\n"
    for n in range(3)
)
WANTED = Wanted("Letters of May", "CC-BY-4.0", tier="restricted", priority=7)
HOSTILE = (
    "../../../../etc/cron.d/evil.jsonl",
    "..\\..\\windows\\evil.jsonl",
    "/etc/passwd.jsonl",
    "C:\\autoexec.jsonl",
    "a\x00b.jsonl",
    "-rf --no-preserve-root.jsonl",
    "$(touch pwned).jsonl",
    "${SLUICE_LAKE}.jsonl",
    "name: x\ntier: open\n.jsonl",
    "<script>alert(1)</script>.jsonl",
    "x" * 5_000 + ".jsonl",
    ".jsonl",
    "*?[a].jsonl",
    "\u202elnosj.jsonl",
)


def tree(folder: Path) -> set[str]:
    """Return every path below a folder."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def opened(released: Path) -> AppTest:
    return page("conversations", {"view": "Upload"})


def dropped(tested: AppTest, name: str, content: bytes) -> AppTest:
    tested.file_uploader[0].set_value((name, content, "application/octet-stream"))
    return tested.run()


def pressed(tested: AppTest, label: str) -> AppTest:
    (button,) = [one for one in tested.button if one.label == label]
    return button.click().run()


def filled(tested: AppTest, name: str, license_text: str) -> AppTest:
    fields = {one.label: one for one in tested.text_input}
    fields["Name"].input(name)
    fields["License"].input(license_text)
    return tested


def test_a_dropped_file_becomes_a_dataset_and_the_button_lands_it(
    released: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr(run_progress, "start", lambda command, title: started.append(command))
    tested = dropped(opened(released), "chats.jsonl", CHATS)
    assert failures(tested) == [] and "3 records understood" in words(tested)
    assert not lake().uploads.exists()
    filled(tested, "Letters of May", "CC-BY-4.0")
    choices = {one.label: one for one in tested.selectbox}
    choices["Who may have it"].select("restricted")
    tested.number_input[0].set_value(7)
    tested = pressed(tested, "Keep as a dataset")
    assert failures(tested) == [] and "upload_letters_of_may" in words(tested)
    declared = SOURCE.declared()["upload_letters_of_may"].declaration
    assert (declared.name, declared.license) == ("Letters of May", "CC-BY-4.0")
    assert (declared.tier, declared.priority, declared.format) == ("restricted", 7, "auto")
    pressed(tested, "Land and build now")
    assert started == [runner.pipeline_command()]


def test_a_dropped_file_is_shown_in_the_template_that_is_chosen(released: Path) -> None:
    tested = dropped(opened(released), "chats.jsonl", CHATS)
    (template,) = [one for one in tested.selectbox if one.label == "Template"]
    tested = template.select("sharegpt").run()
    assert failures(tested) == []
    assert any('"from": "human"' in one.value for one in tested.code)


def test_a_file_from_elsewhere_is_loaded_by_a_job(
    released: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[tuple[list[str], str]] = []
    monkeypatch.setattr(
        run_progress, "start", lambda command, title, kind: started.append((command, kind))
    )

    def asked(location: str, name: str) -> AppTest:
        tested = opened(released)
        for label, value in (
            ("Where it lies", location), ("Name of the dataset", name), ("Its license", "MIT"),
        ):  # fmt: skip
            next(one for one in tested.text_input if one.label == label).input(value)
        return pressed(tested, "Load")

    assert failures(asked("hf://owner/name", "Letters")) == []
    ((command, kind),) = started
    assert kind == "load" and command[2] == "dashboards.conversations.load_job"
    assert json.loads(command[3]) == {
        "name": "Letters", "license": "MIT", "tier": "private", "location": "hf://owner/name",
    }  # fmt: skip
    for location, name in (
        ("https://127.0.0.1/a.jsonl", "x"), ("/etc/passwd", "x"), ("", "x"),
        ("hf://owner/name", " "),
    ):  # fmt: skip
        assert failures(asked(location, name)), location
    assert len(started) == 1


def test_a_load_that_was_started_is_shown_with_what_came_of_it(
    released: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "roots" / "chats.jsonl"
    path.parent.mkdir()
    path.write_bytes(CHATS)
    monkeypatch.setenv("SLUICE_API_ROOTS", str(path.parent))
    reset_settings()
    told = {"name": "Letters", "license": "MIT", "tier": "open"}
    job = runner.start(load_command(told, str(path)), "Load of Letters", "load")
    deadline = time.monotonic() + 60
    while not (found := jobs.named(job.job_id)) or not found.is_over:
        assert time.monotonic() < deadline, "it never ended"
        time.sleep(0.1)
    assert found.state == "succeeded", found
    said = words(opened(released)).replace("\\", "")
    assert "Load of Letters" in said and "dataset upload_letters" in said
    assert runner.again_command(found) == list(found.command)


def test_nothing_is_kept_without_a_name_and_a_license(released: Path) -> None:
    tested = dropped(opened(released), "chats.jsonl", CHATS)
    tested = pressed(filled(tested, "  ", "MIT"), "Keep as a dataset")
    assert "name" in failures(tested)[0]
    tested = pressed(filled(tested, "Letters", "\u200b"), "Keep as a dataset")
    assert "license" in failures(tested)[0]
    assert not lake().uploads.exists()


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_what_a_file_is_called_decides_nothing(
    tmp_path: Path, clean_settings: None, name: str
) -> None:
    before = tree(tmp_path)
    kept = keep(CHATS, name, Wanted(name, name))
    new = tree(tmp_path) - before
    folder = kept.folder.relative_to(tmp_path)
    of_the_lake = {"lake/VERSION", "lake/version.lock"}
    assert new - of_the_lake - {str(parent) for parent in folder.parents} == {
        str(folder),
        *(str(folder / file) for file in ("data.jsonl", "dataset.yml", "sha256")),
    }
    text = (kept.folder / "dataset.yml").read_text()
    told = yaml.safe_load(text)
    assert told["tier"] == "private" and told["priority"] == 0
    assert told["location"] == f"${{SLUICE_LAKE}}/uploads/{kept.folder.name}/data.jsonl"
    entry = SOURCE.declared()[kept.dataset]
    (found,) = SOURCE.find(entry, None)
    assert Path(found.address).read_bytes() == CHATS


@pytest.mark.parametrize(
    "name", ["x.exe", "x", "jsonl", "x.jsonl.exe", "x.gz", "x.jsonl\x00.exe", "x.jsonl/", ""]
)
def test_a_file_of_another_kind_is_refused(tmp_path: Path, clean_settings: None, name: str) -> None:
    with pytest.raises(UploadRefused, match="not read"):
        keep(CHATS, name, WANTED)
    assert not lake().uploads.exists()


def test_two_of_one_name_are_two_datasets_and_one_file_is_kept_once(clean_settings: None) -> None:
    first = keep(CHATS, "a.jsonl", WANTED)
    second = keep(CHATS + CHATS, "a.jsonl", WANTED)
    assert first.dataset != second.dataset and {first.dataset, second.dataset} < set(
        SOURCE.declared()
    )
    with pytest.raises(UploadRefused, match=f"already: as dataset {first.dataset}"):
        keep(CHATS, "other.json", Wanted("Another", "MIT"))


def test_all_files_together_have_a_quota(
    clean_settings: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLUICE_UPLOAD_QUOTA_MB", "1")
    keep(b"{}\n" * 200_000, "a.jsonl", WANTED)
    with pytest.raises(UploadRefused, match="may have 1 MB together and have 0.6 MB"):
        keep(b"[]\n" * 200_000, "b.jsonl", WANTED)
    assert len(list(lake().uploads.iterdir())) == 1


def bomb(kind: str) -> bytes:
    """Return a small file that holds 200 MB."""
    held = io.BytesIO()
    if kind == "zip":
        with (
            zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive,
            archive.open("a.jsonl", "w") as member,
        ):
            for _ in range(200):
                member.write(bytes(1024 * 1024))
        return held.getvalue()
    with gzip.open(held, "wb") as packed:
        for _ in range(200):
            packed.write(b" " * 1024 * 1024)
    return held.getvalue()


@pytest.mark.parametrize(("kind", "name"), [("zip", "a.zip"), ("gz", "a.csv.gz"), ("gz", "a.csv")])
def test_a_packed_file_that_is_far_larger_inside_is_refused(
    clean_settings: None, kind: str, name: str
) -> None:
    with pytest.raises(UploadRefused, match="holds more than 64 MB"):
        keep(bomb(kind), name, WANTED)
    assert list(lake().uploads.iterdir()) == []


@pytest.mark.parametrize("name", ["a.zip", "a.jsonl.gz", "a.jsonl.zst"])
def test_a_damaged_archive_is_refused(clean_settings: None, name: str) -> None:
    marks = {
        "a.zip": b"PK\x03\x04",
        "a.jsonl.gz": b"\x1f\x8b\x08\x00",
        "a.jsonl.zst": b"\x28\xb5\x2f\xfd",
    }
    with pytest.raises(UploadRefused, match="damaged"):
        keep(marks[name] + b"no archive", name, WANTED)


def test_what_is_being_written_is_declared_to_nobody(clean_settings: None) -> None:
    kept = keep(CHATS, "a.jsonl", WANTED)
    kept.folder.rename(kept.folder.with_name(f".{kept.folder.name}"))
    assert kept.dataset not in SOURCE.declared()


def test_a_kept_file_is_landed_with_counts_that_add_up(clean_settings: None) -> None:
    from ingestion.landing.land import land

    kept = keep(CHATS + b'{"weather": "rain"}\n', "a.jsonl", WANTED)
    report = land(SOURCE, [kept.dataset], None, lambda _: None, lambda *_: None)
    tally = report.tallies[kept.dataset]
    assert (tally.rows_in, tally.accepted, tally.rejected) == (4, 3, 1)

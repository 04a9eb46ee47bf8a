"""The conversations page: filters, drill-down, copies side by side, sets, preview of a file."""

from __future__ import annotations

import gzip
import json
import shutil
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from dashboards.conversations import arriving
from dashboards.conversations.conversion import as_shaped, converted
from dashboards.conversations.sets import export_command, exported_file
from dashboards.jobs.jobs import Job
from dashboards.jobs.progress import JobProgress
from dashboards.parts import run_progress, runner
from ingestion.conversations.named_sets import declared_sets
from ingestion.conversations.uploads import Wanted, keep
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import reset_settings
from ingestion.landing.deliveries import FoundFile
from ingestion.landing.progress import recorded
from python_models.conversations.preview import preview
from python_models.conversations.request import Request
from tests.dashboards.pages import CONVERSATIONS_VIEWS as VIEWS
from tests.dashboards.pages import failures, page, words
from tests.dashboards.synthetic import write_release


@pytest.fixture
def with_conversations(tmp_path: Path) -> Path:
    """Point `latest` of the test's lake at a release with three records."""
    path = tmp_path / "r000007.duckdb"
    write_release(path)
    lake().latest.symlink_to(path)
    return path


@pytest.mark.parametrize("view", VIEWS)
def test_every_section_renders(with_conversations: Path, view: str) -> None:
    tested = page("conversations", {"view": view})
    assert failures(tested) == []
    assert "Records 3" in words(tested) and "Flagged for care 1" in words(tested)


@pytest.mark.parametrize("view", VIEWS)
def test_a_release_without_conversations_says_what_to_do(tmp_path: Path, view: str) -> None:
    write_release(tmp_path / "r000001.duckdb", rows=False)
    lake().latest.symlink_to(tmp_path / "r000001.duckdb")
    tested = page("conversations", {"view": view})
    assert failures(tested) == []
    assert tested.info


def test_the_weakest_conversation_is_read_first_and_its_text_is_only_text(
    with_conversations: Path,
) -> None:
    said = words(page("conversations"))
    assert "complete the conversation" in said and "This turn says nothing" in said
    assert "<script>" not in said and "&lt;script&gt;" in said


@pytest.mark.parametrize(
    ("parameters", "shown"),
    [
        ({}, 3),
        ({"status": "kept"}, 1),
        ({"dataset": ["forum"]}, 2),
        ({"grade": ["premium", "keep"]}, 2),
        ({"care": "true"}, 1),
        ({"dataset": ["letters"], "status": "left out"}, 0),
    ],
)
def test_filters_in_the_address_choose_the_conversations(
    with_conversations: Path, parameters: dict, shown: int
) -> None:
    tested = page("conversations", parameters)
    assert failures(tested) == []
    assert (len(tested.dataframe[0].value) if tested.dataframe else 0) == shown


def test_a_copy_stands_beside_its_survivor(with_conversations: Path) -> None:
    said = words(page("conversations", {"view": "Duplicates"}))
    assert "<mark>" in said
    plain = said.replace("<mark>", "").replace("</mark>", "")
    assert "the surviving answer" in plain and "the answer of the copy" in plain


def test_an_export_is_a_command_whose_values_stay_values() -> None:
    command = export_command("--dir=/tmp", "csv", "alpaca", "gzip", ["open", "restricted"])
    assert "--set=--dir=/tmp" in command
    assert command[-1] == "--tiers=open,restricted"


def test_a_whole_file_is_taken_along_in_the_shape_that_is_chosen() -> None:
    lines = [{"instruction": f"bake {n}", "input": "", "output": "b"} for n in range(6_000)]
    content = gzip.compress("\n".join(map(json.dumps, lines)).encode())
    request = Request(format="jsonl", template="sharegpt", compression="gzip")
    found = gzip.decompress(converted(lambda: content, ".jsonl.gz", request)).splitlines()
    assert len(found) == 6_000, "more than a preview shows"
    assert json.loads(found[-1])["conversations"][0] == {"from": "human", "value": "bake 5999"}


def test_the_record_that_is_picked_is_shown_in_its_new_shape(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text('{"instruction": "a", "input": "", "output": "b"}\n')
    (one,) = preview(path, path.name)
    record, lost = as_shaped(one, "sharegpt")
    assert [turn["value"] for turn in record["conversations"]] == ["a", "b"] and lost == []


def test_an_exported_file_is_downloaded_from_the_lake_and_from_nowhere_else(
    with_conversations: Path, tmp_path: Path
) -> None:
    folder = lake().root / "exports" / "letters"
    folder.mkdir(parents=True)
    (folder / "a.jsonl").write_text("{}")
    (tmp_path / "secret").write_text("x")
    (folder / "link").symlink_to(tmp_path / "secret")
    row = {"folder": str(folder), "file": "a.jsonl"}
    assert exported_file(row) == (folder / "a.jsonl").resolve()
    for wrong in (
        row | {"file": "../../../secret"}, row | {"folder": str(tmp_path), "file": "secret"},
        row | {"file": "link"}, row | {"folder": None}, row | {"file": "gone"},
    ):  # fmt: skip
        assert exported_file(wrong) is None
    tested = page("conversations", {"view": "Sets and export"})
    assert failures(tested) == [] and "only what is written here is left" in words(tested)


def test_datasets_are_merged_into_a_named_set_and_a_run_builds_it(
    with_conversations: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr(run_progress, "start", lambda command, title, *_: started.append(command))

    def merged(name: str, policy: str, datasets: list[str]) -> AppTest:
        tested = page("conversations", {"view": "Sets and export"})
        (field,) = [one for one in tested.text_input if one.label == "Name of the set"]
        field.input(name)
        (choice,) = [one for one in tested.selectbox if one.label == "Of copies, take"]
        choice.select(policy)
        (several,) = [one for one in tested.multiselect if one.label == "Datasets"]
        several.set_value(datasets)
        (button,) = [one for one in tested.button if one.label == "Merge and build"]
        return button.click().run()

    assert failures(merged("mine", "newest", ["letters", "forum"])) == []
    assert started == [runner.pipeline_command({"domain": "conversations"})]
    told = declared_sets()["mine"].declaration
    assert (told.policy, told.datasets, told.tiers, told.min_grade) == (
        "newest", ("letters", "forum"), ("open",), "any",
    )  # fmt: skip
    for name, policy, datasets in (
        ("mine", "first", ["letters"]), ("open_chat", "first", ["letters"]),
        ("A b", "first", ["letters"]), ("other", "first", []),
    ):  # fmt: skip
        assert failures(merged(name, policy, datasets)), name
    assert len(started) == 1


def test_what_waits_for_a_run_is_listed_until_it_has_landed(with_conversations: Path) -> None:
    assert "Waiting" not in words(page("conversations", {"view": "Datasets"}))
    keep(b'{"instruction": "a", "output": "b"}\n', "a.jsonl", Wanted("Letters of May", "MIT"))
    tested = page("conversations", {"view": "Datasets"})
    assert failures(tested) == [] and "Waiting" in words(tested)
    assert list(tested.dataframe[0].value["name"]) == ["Letters of May"]


@pytest.mark.parametrize(
    ("parameters", "shown"),
    [
        ({}, ["letters", "forum", "gone"]),
        ({"form": ["messages", "qa"]}, ["letters", "forum"]),
        ({"state": ["failed"]}, ["gone"]),
        ({"level": ["premium"]}, ["letters"]),
        ({"level": ["below"], "mixed": "true"}, ["forum"]),
        ({"place": ["files"], "state": ["partial"]}, []),
    ],
)
def test_datasets_are_found_by_source_format_status_and_quality(
    with_conversations: Path, parameters: dict, shown: list[str]
) -> None:
    tested = page("conversations", {"view": "Datasets", **parameters})
    assert failures(tested) == []
    found = list(tested.dataframe[0].value["dataset_id"]) if tested.dataframe else []
    assert found == shown


def test_a_dataset_is_looked_into_record_by_record(with_conversations: Path) -> None:
    tested = page("conversations", {"view": "Datasets", "place": ["Hugging Face"]})
    said = words(tested)
    assert failures(tested) == [] and "Records of forum" in said
    _, records, history, left_out, *_ = (frame.value for frame in tested.dataframe)
    assert list(records["format"]) == ["alpaca", "qa"]
    assert records["begins"][0] == "the first question" and "the answer of the copy" in said
    assert (list(history["release_id"]), list(history["kept_share"])) == ([7], [0.9])
    assert list(left_out["reason"]) == [
        "nearly the same conversation is kept already", "no answer to the last question",
    ]  # fmt: skip
    assert "No record of it was read. no file there" in words(
        page("conversations", {"view": "Datasets", "state": ["failed"]})
    )


def test_what_is_being_loaded_is_listed_with_its_progress(with_conversations: Path) -> None:
    assert "Being loaded" not in words(page("conversations", {"view": "Datasets"}))
    files = [FoundFile("may", "data", f"/x/{n}", "x", 500_000, "1") for n in range(2)]
    with recorded("conversations", files, print) as progress:
        progress.reached(
            {"id": 0, "source": "may"}, {"rows_so_far": 1_234, "bytes_so_far": 250_000}
        )
        tested = page("conversations", {"view": "Datasets"})
        assert failures(tested) == [] and "Being loaded" in words(tested)
        (row,) = tested.dataframe[0].value.to_dict("records")
        assert (row["name"], row["step"], row["share"]) == ("may", "read", 0.25)
        assert (row["records"], row["of_megabytes"], row["note"]) == (1_234, 1.0, "0 of 2 files")


def test_a_load_that_goes_on_is_one_of_them(
    with_conversations: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Job("job-1", "load", "Load of letters", None, (), {}, "running", "2026-11-29 10:00:00")
    over = replace(made, state="succeeded")
    monkeypatch.setattr(arriving.jobs, "listed", lambda limit: [made, over])
    monkeypatch.setattr(
        arriving, "progress_of", lambda job: JobProgress(300, 400, "bytes", "reading", 2.0)
    )
    (row,) = arriving.arriving()
    assert (row["name"], row["step"], row["share"]) == ("letters", "fetched", 0.75)
    assert (row["seconds_left"], row["note"]) == (2.0, "Running")


def test_readers_of_a_tier_are_not_told_what_is_on_its_way(
    with_conversations: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(b'{"instruction": "a", "output": "b"}\n', "a.jsonl", Wanted("Letters of May", "MIT"))
    monkeypatch.setenv("SLUICE_TIERS", "open")
    reset_settings()
    assert not arriving.show(set())


def test_the_history_of_quality_is_shown_once_there_is_one(tmp_path: Path) -> None:
    first, second = tmp_path / "r000007.duckdb", tmp_path / "r000008.duckdb"
    write_release(first)
    shutil.copyfile(first, second)
    with duckdb.connect(str(second)) as release:
        release.execute(
            "insert into conversations.quality_history by name"
            " select * replace (timestamp '2026-11-20' as measured_at, 0.6 as p50_score)"
            " from conversations.quality_history"
        )
    lake().latest.symlink_to(first)
    assert "How it changed" not in words(page("conversations"))
    lake().latest.unlink()
    lake().latest.symlink_to(second)
    tested = page("conversations")
    assert failures(tested) == [] and "How it changed" in words(tested)

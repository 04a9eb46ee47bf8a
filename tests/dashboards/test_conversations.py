"""The conversations page: filters, drill-down, copies side by side, sets, preview of a file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dashboards.conversations.sets import export_command
from dashboards.conversations.upload import standardised_lines
from ingestion.lakehouse.lake import lake
from python_models.conversations.preview import preview
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
    assert "the surviving answer" in said and "the answer of the copy" in said


def test_an_export_is_a_command_whose_values_stay_values() -> None:
    command = export_command("--dir=/tmp", "csv", "alpaca", "gzip", ["open", "restricted"])
    assert "--set=--dir=/tmp" in command
    assert command[-1] == "--tiers=open,restricted"


def test_what_is_previewed_can_be_taken_along(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text('{"instruction": "a", "input": "", "output": "b"}\n')
    lines = standardised_lines(list(preview(path, path.name))).decode().splitlines()
    assert json.loads(lines[0])["messages"] == [
        {"role": "user", "content": "a"},
        {"role": "assistant", "content": "b"},
    ]

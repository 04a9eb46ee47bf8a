"""The conversations page: filters, drill-down, copies side by side, sets, preview of a file."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from dashboards.sections.conversations_sets import export_command
from dashboards.sections.conversations_upload import standardised_lines
from ingestion.lake import lake
from python_models.conversations.preview import preview
from tests.dashboards.pages import failures, page, words
from tests.dashboards.synthetic import HOSTILE, write_release

VIEWS = ("Quality", "Datasets", "Duplicates", "Sets and export", "Upload")
# three records: a good one, its near copy, and one that is left out and flagged for care
TABLES = f"""
create schema if not exists conversations;
create or replace table conversations.conversations as
select * from (values
    ('r1', 'c1', 'letters', 'kept', null, 'messages', 'en', 2, 1, 'a.jsonl'),
    ('r2', 'c2', 'forum', 'left_out', 'near_duplicate', 'alpaca', 'en', 2, 1, 'b.csv'),
    ('r3', 'c3', 'forum', 'left_out', 'structure: answered', 'alpaca', null, 2, 2, 'b.csv')
) as rows (record_id, conversation_id, dataset_id, status, left_out_reason, format, language,
    turn_count, record_number, source_file);
create or replace table conversations.quality as
select * from (values
    ('c1', 'premium', 0.93, 0.9, 'ok', null, null, false),
    ('c2', 'keep', 0.75, 0.7, 'ok', null, 'vary the wording', false),
    ('c3', 'below', 0.31, null, 'not_asked', 'crisis', 'complete the conversation', true)
) as rows (conversation_id, grade, score, judged_score, judged_status, flags, recommendations,
    is_flagged_for_care);
create or replace table conversations.messages as
select * from (values
    ('c1', 0, 'user', 'the first question'), ('c1', 1, 'assistant', 'the surviving answer'),
    ('c2', 0, 'user', 'the first question'), ('c2', 1, 'assistant', 'the answer of the copy'),
    ('c3', 0, 'user', $hostile${HOSTILE}$hostile$), ('c3', 1, 'assistant', '')
) as rows (conversation_id, turn, role, content);
create or replace table conversations.duplicates as
select * from (values ('r2', 'c2', 'forum', 'near', 'c1', 'r1', 'c1', 0.91))
as rows (record_id, conversation_id, dataset_id, kind, cluster_id, survivor_record_id,
    survivor_conversation_id, similarity);
create or replace table conversations.validations as
select * from (values ('c3', 'structure', 'answered', 0.0, false, 'no answer', 'rules', null))
as rows (conversation_id, tier, check_name, score, is_passed, detail, validated_by, call_id);
create or replace table conversations.datasets as
select * from (values ('letters', 'Letters', 'loaded', 'open', 'MIT', 5, 1, 1, 1, 0, 1, null,
    'a.jsonl', 'abc', timestamp '2026-01-05 10:00:00'))
as rows (dataset_id, name, status, tier, license, priority, file_count, records_landed,
    records_standardised, records_rejected, conversations_kept, error, location, checksum,
    landed_at);
create or replace table conversations.sets as
select * from (values ('open_chat', 'All', 'highest_quality', '*', 'open', 'keep', '*', 3, 1, 2,
    1, 0, 0))
as rows (set_name, description, policy, datasets, tiers, min_grade, languages, candidate_count,
    member_count, left_out_count, train_count, validation_count, test_count);
create or replace table conversations.set_members as
select * from (values ('open_chat', 'r1', 'open', 'member', 'no other copy is fit for the set'))
as rows (set_name, record_id, tier, decision, reason);
create or replace table conversations.exports as
select * from (values ('e1', 'x.jsonl', 'open_chat', 'train', 'jsonl', 'messages', 'none', 'open',
    'out', 'abc', '{{}}', 10, 1, 0, 7, timestamp '2026-01-06 10:00:00'))
as rows (export_id, file, set_name, split, format, template, compression, tiers, folder, sha256,
    left_out, byte_count, row_count, left_out_count, release_id, created_at);
"""


@pytest.fixture
def with_conversations(tmp_path: Path) -> Path:
    """Point `latest` of the test's lake at a release with three records."""
    path = tmp_path / "r000007.duckdb"
    write_release(path)
    with duckdb.connect(str(path)) as connection:
        connection.execute("drop schema if exists conversations cascade")
        connection.execute(TABLES)
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

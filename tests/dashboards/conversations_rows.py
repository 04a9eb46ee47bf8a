"""The conversations part of the synthetic release."""

from __future__ import annotations

import duckdb

from tests.dashboards.hostile_text import HOSTILE

# three records: a good one, its near copy, and one that is left out and flagged for care
TABLES = f"""
create schema conversations;
create table conversations.conversations as
select * from (values
    ('r1', 'c1', 'letters', 'kept', null, 'messages', 'en', 2, 1, 'a.jsonl'),
    ('r2', 'c2', 'forum', 'left_out', 'near_duplicate', 'alpaca', 'en', 2, 1, 'b.csv'),
    ('r3', 'c3', 'forum', 'left_out', 'structure: answered', 'qa', null, 2, 2, 'b.csv')
) as rows (record_id, conversation_id, dataset_id, status, left_out_reason, format, language,
    turn_count, record_number, source_file);
create table conversations.quality as
select * from (values
    ('c1', 'premium', 0.93, 0.9, 'ok', null, null, null, false),
    ('c2', 'keep', 0.75, 0.7, 'ok', null, null, 'vary the wording', false),
    ('c3', 'below', 0.31, null, 'not_asked', 'answered', 'crisis', 'complete the conversation',
        true)
) as rows (conversation_id, grade, score, judged_score, judged_status, failed_check, flags,
    recommendations, is_flagged_for_care);
create table conversations.messages as
select * from (values
    ('c1', 0, 'user', 'the first question'), ('c1', 1, 'assistant', 'the surviving answer'),
    ('c2', 0, 'user', 'the first question'), ('c2', 1, 'assistant', 'the answer of the copy'),
    ('c3', 0, 'user', $hostile${HOSTILE}$hostile$), ('c3', 1, 'assistant', '')
) as rows (conversation_id, turn, role, content);
create table conversations.duplicates as
select * from (values ('r2', 'c2', 'forum', 'near', 'c1', 'r1', 'c1', 0.91))
as rows (record_id, conversation_id, dataset_id, kind, cluster_id, survivor_record_id,
    survivor_conversation_id, similarity);
create table conversations.validations as
select * from (values ('c3', 'structure', 'answered', 0.0, false, 'no answer', 'rules', null))
as rows (conversation_id, tier, check_name, score, is_passed, detail, validated_by, call_id);
create table conversations.datasets as
select * from (values
    ('letters', 'Letters', 'loaded', 'open', 'MIT', 5, 1, 1, 1, 0, 1, null, 'a.jsonl', 'abc',
        timestamp '2026-01-05 10:00:00'),
    ('forum', 'Forum', 'partial', 'open', 'MIT', 3, 2, 4, 2, 2, 0, null, 'hf://owner/forum', 'def',
        timestamp '2026-01-05 10:00:00'),
    ('gone', 'Gone', 'failed', 'open', null, 1, 0, 0, 0, 0, 0, 'no file there', 'x/*.csv', null,
        null)
)
as rows (dataset_id, name, status, tier, license, priority, file_count, records_landed,
    records_standardised, records_rejected, conversations_kept, error, location, checksum,
    landed_at);
create table conversations.sets as
select * from (values ('open_chat', 'All', 'highest_quality', '*', 'open', 'keep', '*', 3, 1, 2,
    1, 0, 0))
as rows (set_name, description, policy, datasets, tiers, min_grade, languages, candidate_count,
    member_count, left_out_count, train_count, validation_count, test_count);
create table conversations.set_members as
select * from (values ('open_chat', 'r1', 'open', 'train', 'member',
    'no other copy is fit for the set'))
as rows (set_name, record_id, tier, split, decision, reason);
create table conversations.rejects as select * from telemetry.rejects where false;
create table conversations.quality_history as
select 'forum' as dataset_id, 'inv-2' as run_id, 10 as record_count, 0.9::double as kept_share,
    0.1::double as p10_score, 0.5::double as p50_score, 0.9::double as p90_score,
    timestamp '2026-10-20' as measured_at;
create table conversations.exports as
select * from (values ('e1', 'x.jsonl', 'open_chat', 'train', 'jsonl', 'messages', 'none', 'open',
    'out', 'abc', '{{}}', 10, 1, 0, 7, timestamp '2026-01-06 10:00:00'))
as rows (export_id, file, set_name, split, format, template, compression, tiers, folder, sha256,
    left_out, byte_count, row_count, left_out_count, release_id, created_at);
"""


def write_conversations(connection: duckdb.DuckDBPyConnection, rows: bool) -> None:
    """Write the released tables of conversations; without rows they are empty."""
    connection.execute(TABLES)
    if rows:
        return
    tables = connection.execute(
        "select table_name from duckdb_tables() where schema_name = 'conversations'"
    ).fetchall()
    for (table,) in tables:
        connection.execute(f"delete from conversations.{table}")

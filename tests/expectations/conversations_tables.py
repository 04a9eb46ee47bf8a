"""Small sound conversations, table by table, for planting faults in."""

from __future__ import annotations

import duckdb

from ingestion.conversations.schema import TABLES

RAW = """
insert into raw.files by name
    select 'L1' as load_id, 'talks' as source, 'file' || i || '.jsonl' as source_file,
        'hash' || i as file_hash, 'loaded' as status, 1000 as byte_count, 101 as rows_in,
        100 as rows_accepted, 0 as rows_duplicate, 1 as rows_rejected, 0.1 as seconds,
        timezone('UTC', now()) as landed_at
    from range(4) as numbers(i);
insert into raw.records by name
    select 'L1' as load_id, 'talks' as source, 'file' || (i % 4) || '.jsonl' as source_file,
        'hash' || (i % 4) as file_hash, 1 + i // 4 as record_number, 'r' || i as record_id,
        'c' || i as conversation_id, 'messages' as format, 1.0 as confidence, 2 as turn_count,
        '{}' as metadata, '{}' as raw
    from range(400) as numbers(i);
insert into raw.messages by name
    select load_id, source, record_id, conversation_id, turn,
        ['user', 'assistant'][turn + 1] as role, 'text' as content, 1 as token_estimate
    from raw.records, range(2) as turns(turn);
insert into raw.rejects by name
    select 'L1' as load_id, 'talks' as source, 'file' || i || '.jsonl' as source_file,
        7 as line_number, 'bad_json' as reason, 'the line is no JSON' as error
    from range(4) as numbers(i);
insert into raw.datasets by name
    select 'L1' as load_id, 'talks' as source, 'Talks' as name, 'open' as tier, 1 as priority,
        timezone('UTC', now()) as declared_at;
create table raw.tolerance as select 0.1 as error_share;
"""

STAGED = """
create table stg.records as select *, source as dataset_id from raw.records;
create table stg.messages as select *, source as dataset_id from raw.messages;
create table stg.rejects as select *, source as dataset_id from raw.rejects;
create table stg.files as select *, source as dataset_id, rows_rejected as records_rejected
    from raw.files;
create table stg.datasets as select *, source as dataset_id from raw.datasets;
"""

JUDGED = """
create table llm.queue as select conversation_id from raw.records where record_number <= 10;
create table llm.judgements as select conversation_id, 'ok' as status, 1.0 as coherence,
    1.0 as helpfulness, 1.0 as empathy, 1.0 as safety, 1.0 as therapeutic_appropriateness,
    cast(null as double) as clinical_accuracy, 1.0 as judged_score, 0.0 as cost_usd,
    'call' as call_id, 'offline-rules' as provider, 'rules-1' as model,
    cast(null as varchar) as error, true as is_usable from llm.queue;
create table llm.named as select 'c0' as conversation_id, 'Panic disorder' as disorder_name;
"""

MARTS = """
create table marts.landed as select * from stg.records;
create table marts.loads as select 'L1' as load_id;
create table marts.conversations as select record_id, conversation_id, dataset_id, load_id,
    format, turn_count, if(record_number > 90, 'left_out', 'kept') as status,
    if(record_number > 90, 'quality below the threshold', null) as left_out_reason,
    cast(null as varchar) as metadata from stg.records;
create table marts.messages as select * from stg.messages;
create table marts.quality as select conversation_id,
    if(status = 'kept', 'premium', 'below') as grade, 0.9 as score, 0.9 as structure_score,
    0.9 as content_score, cast(null as double) as judged_score, 'ok' as judged_status,
    cast(null as varchar) as failed_check,
    if(status = 'kept', null, 'longer answers') as recommendations,
    if(conversation_id = 'c1', 'crisis', null) as flags, conversation_id = 'c1'
        as is_flagged_for_care from marts.conversations;
create table marts.datasets as select 'talks' as dataset_id, 'Talks' as name, 'open' as tier,
    404 as records_landed, 400 as records_standardised, 4 as records_rejected;
create table marts.validations as select 'v' || conversation_id as validation_id,
    conversation_id, 'structure' as tier, 0.9 as score from marts.quality;
create table marts.duplicates as select 'r2' as record_id, 'near' as kind, 'r1' as cluster_id,
    'r1' as survivor_record_id, 0.9 as similarity;
create table marts.sets as select 'all' as set_name, 'newest' as policy, 400 as candidate_count,
    2 as member_count, 398 as left_out_count, 2 as train_count, 0 as validation_count,
    0 as test_count;
create table marts.set_members as select 'all' as set_name, record_id, 'member' as decision,
    'train' as split from marts.conversations where record_id in ('r1', 'r3');
create table marts.quality_history as select 'h' || i as history_id, 'talks' as dataset_id,
    0.9 as mean_score, 0.9 as kept_share, timestamp '2026-01-01' + to_days(i::int)
        as measured_at from range(2) as numbers(i);
"""

LANDED = ("records", "messages", "rejects", "files", "datasets")
HANDED = {
    "after_landing": {"new_files": "raw.files", "tolerance": "raw.tolerance"}
    | {name: f"raw.{name}" for name in LANDED},
    "after_staging": {name: f"stg.{name}" for name in LANDED},
    "after_llm": {name: f"llm.{name}" for name in ("queue", "judgements", "named")},
    "before_release": {
        name: f"marts.{name}"
        for name in (
            "landed",
            "loads",
            "conversations",
            "messages",
            "quality",
            "datasets",
            "validations",
            "duplicates",
            "sets",
            "set_members",
            "quality_history",
        )
    },
}


def make_sound(connection: duckdb.DuckDBPyConnection) -> None:
    """Make tables of which every promise of conversations holds."""
    for schema in ("raw", "stg", "llm", "marts"):
        connection.execute(f"create schema {schema}")
    for name, shape in TABLES.items():
        empty = shape.empty_table()  # noqa: F841  read by name
        connection.execute(f"create table raw.{name} as select * from empty")
    for script in (RAW, STAGED, JUDGED, MARTS):
        connection.execute(script)

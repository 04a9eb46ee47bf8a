{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='record_id',
) }}
-- depends_on: {{ ref('gate_conversations__after_staging') }}
-- depends_on: {{ ref('conversations_phrases') }}
-- depends_on: {{ ref('conversations_quality_weights') }}
-- depends_on: {{ ref('conversations_thresholds') }}
-- depends_on: {{ ref('stg_conversations__datasets') }}
with

records as (
    select * from {{ ref('stg_conversations__records') }}
    where {{ conversations_is_touched('format') }}
),

files as (
    select * from {{ ref('stg_conversations__files') }}
),

landed_loads as (
    select
        files.load_id,
        max(files.landed_at) as landed_at
    from files
    group by files.load_id
),

records_standardised as (
    select
        records.record_id,
        records.conversation_id,
        records.dataset_id,
        records.load_id,
        records.source_file,
        records.format,
        records.record_number,
        records.turn_count,
        records.confidence,
        cast(landed_loads.landed_at as date) as landed_date,
        records.created_at
    from records
    inner join landed_loads on records.load_id = landed_loads.load_id
)

select * from records_standardised

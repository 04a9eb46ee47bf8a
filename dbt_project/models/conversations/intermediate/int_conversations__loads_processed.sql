{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='load_id',
) }}
-- depends_on: {{ ref('int_conversations__records_validated') }}
-- depends_on: {{ ref('int_conversations__conversation_texts') }}
-- depends_on: {{ ref('int_conversations__prompts_removed') }}
-- depends_on: {{ ref('conversations_phrases') }}
-- depends_on: {{ ref('conversations_quality_weights') }}
-- depends_on: {{ ref('conversations_thresholds') }}
-- depends_on: {{ ref('stg_conversations__datasets') }}
-- Written last: a load is done when all that follows from it is stored. A build that
-- died midway leaves no row here, so that the next one does its work again.
with

files as (
    select * from {{ ref('stg_conversations__files') }}
    where
        {{ 'true' if is_whole_run('conversations') else 'false' }}
        and {{ conversations_is_touched() }}
),

loads_processed as (
    select
        files.load_id,
        '{{ settings_hash('conversations') }}' as settings_hash,
        {{ later_than_stored('processed_at') }} as processed_at
    from files
    group by files.load_id
)

select * from loads_processed

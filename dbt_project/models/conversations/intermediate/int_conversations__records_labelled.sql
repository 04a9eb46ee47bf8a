{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='record_id',
) }}
-- depends_on: {{ ref('gate_conversations__after_staging') }}
-- depends_on: {{ ref('stg_conversations__files') }}
-- depends_on: {{ ref('stg_conversations__datasets') }}
-- Landing writes what a record says of its answers first: a text begins with it.
with

records as (
    select * from {{ ref('stg_conversations__records') }}
    where
        {{ conversations_is_touched('format') }}
        and metadata like '{"training":%'
),

beginnings as (
    select
        records.record_id,
        records.conversation_id,
        left(records.metadata, 120) as said
    from records
),

records_labelled as (
    select
        beginnings.record_id,
        beginnings.conversation_id,
        case
            when {{ text_matches('beginnings.said', '^.{12}[{]"label":false,') }}
                then 'labelled undesirable'
            when
                {{ text_matches(
                    'beginnings.said',
                    '^.{12}[{]"label":[a-z]+,"trained":0,"untrained":[1-9]'
                ) }}
                then 'weight 0: no answer is to be learnt from'
        end as unwanted_reason,
        {{ text_matches('beginnings.said', '^.{12}[{]"label":(true|false),') }}
            as is_labelled
    from beginnings
)

select * from records_labelled

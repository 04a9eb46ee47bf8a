{{ config(materialized=as_view()) }}
-- depends_on: {{ ref('gate_conversations__after_staging') }}
with

datasets as (
    select * from {{ ref('stg_conversations__datasets') }}
),

entries as (
    select
        datasets.dataset_id,
        datasets.name,
        datasets.location,
        datasets.format_hint,
        datasets.license,
        datasets.tier,
        datasets.status,
        datasets.error,
        datasets.checksum,
        datasets.priority,
        datasets.declared_at,
        row_number() over (
            partition by datasets.dataset_id
            order by datasets.declared_at desc, datasets.load_id desc
        ) as age
    from datasets
),

datasets_declared as (
    select
        entries.dataset_id,
        entries.name,
        entries.location,
        entries.format_hint,
        entries.license,
        entries.tier,
        entries.status,
        entries.error,
        entries.checksum,
        entries.priority,
        entries.declared_at
    from entries
    where entries.age = 1
)

select * from datasets_declared

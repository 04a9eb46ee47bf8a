with

declared as (
    select * from {{ ref('int_conversations__datasets_declared') }}
),

files as (
    select * from {{ ref('stg_conversations__files') }}
),

decisions as (
    select * from {{ ref('int_conversations__records_decided') }}
),

file_sums as (
    select
        files.dataset_id,
        count(*) as file_count,
        sum(files.records_in - files.records_delivered_before) as records_landed,
        sum(files.records_standardised) as records_standardised,
        sum(files.records_rejected) as records_rejected,
        max(files.landed_at) as landed_at
    from files
    group by files.dataset_id
),

decision_sums as (
    select
        decisions.dataset_id,
        sum(case when decisions.status = 'kept' then 1 else 0 end) as kept_count,
        sum(case when decisions.status = 'left_out' then 1 else 0 end) as left_out_count
    from decisions
    group by decisions.dataset_id
),

datasets as (
    select
        declared.dataset_id,
        declared.name,
        declared.location,
        declared.format_hint,
        declared.license,
        declared.tier,
        declared.status,
        declared.checksum,
        declared.error,
        cast(declared.priority as bigint) as priority,
        cast(coalesce(file_sums.file_count, 0) as bigint) as file_count,
        cast(coalesce(file_sums.records_landed, 0) as bigint) as records_landed,
        cast(coalesce(file_sums.records_standardised, 0) as bigint)
            as records_standardised,
        cast(coalesce(file_sums.records_rejected, 0) as bigint) as records_rejected,
        cast(coalesce(decision_sums.kept_count, 0) as bigint) as conversations_kept,
        cast(coalesce(decision_sums.left_out_count, 0) as bigint)
            as conversations_left_out,
        file_sums.landed_at
    from declared
    left join file_sums on declared.dataset_id = file_sums.dataset_id
    left join decision_sums on declared.dataset_id = decision_sums.dataset_id
)

select * from datasets

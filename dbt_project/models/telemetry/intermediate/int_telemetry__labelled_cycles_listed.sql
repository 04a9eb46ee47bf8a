-- Cycles of labelled sources, and whether their label is known. One reading of unknown
-- label makes it unknown.
with

matched_labels as (
    select * from {{ ref('int_telemetry__cycle_labels_matched') }}
),

labelled_sources as (
    select * from {{ ref('int_telemetry__sources_declared') }}
    where label_level <> 'none'
),

cycles as (
    select * from {{ ref('cycles') }}
),

unknown_cycles as (
    select distinct cycle_id from matched_labels
    where is_anomaly is null and cycle_id is not null
),

labelled_cycles as (
    select
        cycles.source,
        cycles.control_id,
        cycles.cycle_id,
        unknown_cycles.cycle_id is null as is_judged,
        cycles.reading_count
    from cycles
    inner join labelled_sources on cycles.source = labelled_sources.source
    left join unknown_cycles on cycles.cycle_id = unknown_cycles.cycle_id
    where labelled_sources.kind = 'cycles'
)

select * from labelled_cycles

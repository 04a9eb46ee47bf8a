-- Labels of machines that run in cycles, each with the cycles it speaks of: by id where
-- the label has one that exists, else by time (the middle of one lies within the
-- other). A label whose cycle was never found keeps a null there: it is missed, not
-- forgotten.
with

labels as (
    select * from {{ ref('int_telemetry__labels_kept') }}
),

labelled_sources as (
    select * from {{ ref('int_telemetry__sources_declared') }}
    where label_level <> 'none'
),

cycles as (
    select * from {{ ref('cycles') }}
),

told_labels as (
    select
        labels.source,
        labels.control_id,
        labels.cycle_id,
        labels.label_level,
        coalesce(labels.issue_kind, 'any') as issue_kind,
        labels.is_anomaly,
        labels.started_at,
        labels.ended_at,
        {{ halfway('labels.started_at', 'labels.ended_at') }} as middle_at
    from labels
    inner join labelled_sources on labels.source = labelled_sources.source
    where labelled_sources.kind = 'cycles'
    group by
        labels.source, labels.control_id, labels.cycle_id, labels.label_level,
        labels.issue_kind, labels.is_anomaly, labels.started_at, labels.ended_at
),

labels_by_id as (
    select
        told_labels.source,
        told_labels.control_id,
        cycles.cycle_id,
        told_labels.label_level,
        told_labels.issue_kind,
        told_labels.is_anomaly,
        told_labels.started_at,
        cycles.reading_count
    from told_labels
    inner join cycles
        on
            told_labels.cycle_id = cycles.cycle_id
            and told_labels.control_id = cycles.control_id
),

labels_without_id as (
    select
        told_labels.source,
        told_labels.control_id,
        told_labels.label_level,
        told_labels.issue_kind,
        told_labels.is_anomaly,
        told_labels.started_at,
        told_labels.ended_at,
        told_labels.middle_at
    from told_labels
    left join cycles
        on
            told_labels.cycle_id = cycles.cycle_id
            and told_labels.control_id = cycles.control_id
    where cycles.cycle_id is null
),

labels_by_time as (
    select
        labels_without_id.source,
        labels_without_id.control_id,
        cycles.cycle_id,
        labels_without_id.label_level,
        labels_without_id.issue_kind,
        labels_without_id.is_anomaly,
        labels_without_id.started_at,
        coalesce(cycles.reading_count, 0) as reading_count
    from labels_without_id
    left join cycles
        on
            labels_without_id.control_id = cycles.control_id
            and labels_without_id.started_at <= cycles.ended_at
            and labels_without_id.ended_at >= cycles.started_at
            and (
                labels_without_id.middle_at
                between cycles.started_at and cycles.ended_at
                or {{ halfway('cycles.started_at', 'cycles.ended_at') }}
                between labels_without_id.started_at and labels_without_id.ended_at
            )
),

matched_labels as (
    select * from labels_by_id
    union all
    select * from labels_by_time
)

select * from matched_labels

-- Series whose lead-in is known: the source labels its readings, and leaves none of the
-- lead-in open. Of any other lead-in nobody has said that it shows what is normal.
with

lead_ins as (
    select * from {{ ref('int_telemetry__series_lead_ins_measured') }}
),

labels as (
    select * from {{ ref('int_telemetry__series_labels_matched') }}
),

-- what a source says is kept where it is not `normal`: false stands for `not known`
open_lead_ins as (
    select
        lead_ins.source,
        lead_ins.control_id
    from lead_ins
    inner join labels
        on
            lead_ins.source = labels.source
            and lead_ins.control_id = labels.control_id
    where
        not labels.is_anomaly
        and {{ seconds_between('lead_ins.first_reading_at', 'labels.started_at') }}
        < lead_ins.lead_in_seconds
    group by lead_ins.source, lead_ins.control_id
),

vouched_lead_ins as (
    select
        lead_ins.source,
        lead_ins.control_id
    from lead_ins
    left join open_lead_ins
        on
            lead_ins.source = open_lead_ins.source
            and lead_ins.control_id = open_lead_ins.control_id
    where
        lead_ins.label_level in ('reading', 'window')
        and open_lead_ins.source is null
)

select * from vouched_lead_ins

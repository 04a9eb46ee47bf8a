-- Cycles (and their readings) rightly and wrongly found or left, by machine and kind of
-- issue. An unknown label counts nowhere; a labelled reading counts as one reading.
{%- set labelled_readings %}case
            when max(true_kinds.is_one_reading) = 1
                then count(distinct true_kinds.started_at)
            else max(true_kinds.reading_count)
        end{% endset %}
with

matched_labels as (
    select * from {{ ref('int_telemetry__cycle_labels_matched') }}
),

cycle_issues as (
    select * from {{ ref('int_telemetry__cycle_issues_explained') }}
),

labelled_cycles as (
    select * from {{ ref('int_telemetry__labelled_cycles_listed') }}
),

judged_cycles as (
    select
        labelled_cycles.source,
        labelled_cycles.control_id,
        labelled_cycles.cycle_id,
        labelled_cycles.reading_count
    from labelled_cycles
    where labelled_cycles.is_judged
),

-- a label without a cycle stands for a cycle that was not even found
true_kinds as (
    select
        matched_labels.source,
        matched_labels.control_id,
        coalesce(
            matched_labels.cycle_id,
            'missing at ' || {{ timestamp_text('matched_labels.started_at') }}
        ) as cycle_id,
        matched_labels.issue_kind,
        matched_labels.started_at,
        max(case when matched_labels.label_level = 'reading' then 1 else 0 end)
            as is_one_reading,
        max(matched_labels.reading_count) as reading_count
    from matched_labels
    left join labelled_cycles on matched_labels.cycle_id = labelled_cycles.cycle_id
    where matched_labels.is_anomaly and coalesce(labelled_cycles.is_judged, true)
    group by
        matched_labels.source, matched_labels.control_id, matched_labels.cycle_id,
        matched_labels.started_at, matched_labels.issue_kind
),

true_cycles as (
    select
        true_kinds.source,
        true_kinds.control_id,
        true_kinds.cycle_id,
        true_kinds.issue_kind,
        {{ labelled_readings }} as reading_count
    from true_kinds
    where true_kinds.issue_kind <> 'any'
    group by
        true_kinds.source, true_kinds.control_id, true_kinds.cycle_id,
        true_kinds.issue_kind
    union all
    select
        true_kinds.source,
        true_kinds.control_id,
        true_kinds.cycle_id,
        'any' as issue_kind,
        {{ labelled_readings }} as reading_count
    from true_kinds
    group by true_kinds.source, true_kinds.control_id, true_kinds.cycle_id
),

found_cycles as (
    select
        judged_cycles.source,
        judged_cycles.control_id,
        judged_cycles.cycle_id,
        cycle_issues.rule as issue_kind,
        judged_cycles.reading_count
    from judged_cycles
    inner join cycle_issues on judged_cycles.cycle_id = cycle_issues.cycle_id
    union all
    select
        judged_cycles.source,
        judged_cycles.control_id,
        judged_cycles.cycle_id,
        'any' as issue_kind,
        judged_cycles.reading_count
    from judged_cycles
    inner join cycle_issues on judged_cycles.cycle_id = cycle_issues.cycle_id
    group by
        judged_cycles.source, judged_cycles.control_id, judged_cycles.cycle_id,
        judged_cycles.reading_count
),

kinds as (  -- Sail takes columns of two files in a union apart unless made here
    select 'any' as issue_kind
    union
    select issue_kind || '' as issue_kind from true_cycles
    union
    select issue_kind || '' as issue_kind from found_cycles
),

controls as (
    select
        labelled_cycles.source,
        labelled_cycles.control_id,
        count(*) filter (where labelled_cycles.is_judged) as cycle_count,
        count(*) filter (where not labelled_cycles.is_judged) as unknown_cycle_count,
        sum(labelled_cycles.reading_count * cast(labelled_cycles.is_judged as integer))
            as reading_count,
        sum(
            labelled_cycles.reading_count
            * cast(not labelled_cycles.is_judged as integer)
        ) as unknown_reading_count
    from labelled_cycles
    group by labelled_cycles.source, labelled_cycles.control_id
),

true_counts as (
    select
        true_cycles.source,
        true_cycles.control_id,
        true_cycles.issue_kind,
        count(*) as cycle_count,
        count(*) filter (where judged_cycles.cycle_id is null) as missing_cycle_count,
        sum(true_cycles.reading_count) as reading_count
    from true_cycles
    left join judged_cycles on true_cycles.cycle_id = judged_cycles.cycle_id
    group by true_cycles.source, true_cycles.control_id, true_cycles.issue_kind
),

found_counts as (
    select
        found_cycles.source,
        found_cycles.control_id,
        found_cycles.issue_kind,
        count(*) as cycle_count,
        sum(found_cycles.reading_count) as reading_count,
        count(true_cycles.cycle_id) as right_cycle_count,
        sum(coalesce(true_cycles.reading_count, 0)) as right_reading_count
    from found_cycles
    left join true_cycles
        on
            found_cycles.cycle_id = true_cycles.cycle_id
            and found_cycles.issue_kind = true_cycles.issue_kind
    group by found_cycles.source, found_cycles.control_id, found_cycles.issue_kind
),

counts as (
    select
        controls.source,
        controls.control_id,
        kinds.issue_kind,
        controls.cycle_count + coalesce(true_counts.missing_cycle_count, 0)
            as cycle_count,
        controls.reading_count,
        controls.unknown_cycle_count,
        controls.unknown_reading_count,
        coalesce(true_counts.cycle_count, 0) as true_cycle_count,
        coalesce(true_counts.reading_count, 0) as true_reading_count,
        coalesce(found_counts.cycle_count, 0) as found_cycle_count,
        coalesce(found_counts.reading_count, 0) as found_reading_count,
        coalesce(found_counts.right_cycle_count, 0) as right_cycle_count,
        coalesce(found_counts.right_reading_count, 0) as right_reading_count
    from controls
    cross join kinds
    left join true_counts
        on
            controls.source = true_counts.source
            and controls.control_id = true_counts.control_id
            and kinds.issue_kind = true_counts.issue_kind
    left join found_counts
        on
            controls.source = found_counts.source
            and controls.control_id = found_counts.control_id
            and kinds.issue_kind = found_counts.issue_kind
),

counts_by_level as (
    select
        counts.source,
        counts.control_id,
        'cycle' as level,
        counts.issue_kind,
        cast(counts.cycle_count as bigint) as total_count,
        cast(counts.true_cycle_count as bigint) as true_count,
        cast(counts.found_cycle_count as bigint) as found_count,
        cast(counts.right_cycle_count as bigint) as right_count,
        cast(counts.unknown_cycle_count as bigint) as unknown_count
    from counts
    union all
    select
        counts.source,
        counts.control_id,
        'reading' as level,
        counts.issue_kind,
        cast(counts.reading_count as bigint) as total_count,
        cast(counts.true_reading_count as bigint) as true_count,
        cast(counts.found_reading_count as bigint) as found_count,
        cast(counts.right_reading_count as bigint) as right_count,
        cast(counts.unknown_reading_count as bigint) as unknown_count
    from counts
)

select * from counts_by_level

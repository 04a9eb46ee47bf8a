-- Where each series' lead-in ends, from a histogram of its time (no sort of readings),
-- and how wide a slot is: time in which nothing was read does not count.
{%- set whole_series =
    seconds_between('controls.first_reading_at', 'controls.last_reading_at') %}
with

readings as (
    select * from {{ ref('int_telemetry__series_readings_listed') }}
),

controls as (
    select * from {{ ref('int_telemetry__series_controls_described') }}
),

binned_readings as (
    select
        controls.source,
        controls.control_id,
        controls.lead_in_share,
        controls.reading_count,
        {{ whole_series }} / 2000
            as bin_seconds,
        floor(
            {{ seconds_between('controls.first_reading_at', 'readings.reading_at') }}
            / nullif(
                {{ whole_series }}
                / 2000, 0
            )
        ) as bin
    from readings
    inner join controls
        on
            readings.source = controls.source
            and readings.control_id = controls.control_id
),

bins as (
    select
        binned_readings.source,
        binned_readings.control_id,
        binned_readings.lead_in_share,
        binned_readings.reading_count,
        binned_readings.bin_seconds,
        coalesce(binned_readings.bin, 0) as bin,
        count(*) as bin_count
    from binned_readings
    group by
        binned_readings.source, binned_readings.control_id,
        binned_readings.lead_in_share, binned_readings.reading_count,
        binned_readings.bin_seconds, binned_readings.bin
),

bins_so_far as (
    select
        bins.source,
        bins.control_id,
        bins.lead_in_share,
        bins.reading_count,
        bins.bin_seconds,
        bins.bin,
        sum(bins.bin_count) over (
            partition by bins.source, bins.control_id
            order by bins.bin
            rows between unbounded preceding and current row
        ) as readings_so_far
    from bins
),

lead_ins as (
    select
        bins_so_far.source,
        bins_so_far.control_id,
        max(bins_so_far.bin_seconds) * (max(bins_so_far.bin) + 1) as lead_in_seconds,
        max(bins_so_far.bin_seconds) * count(*)
        / {{ point_setting('slots_in_lead_in') }} as slot_seconds
    from bins_so_far
    where
        bins_so_far.readings_so_far
        <= bins_so_far.lead_in_share * bins_so_far.reading_count
    group by bins_so_far.source, bins_so_far.control_id
),

series_lead_ins as (
    select
        controls.source,
        controls.control_id,
        controls.label_level,
        controls.first_reading_at,
        lead_ins.lead_in_seconds,
        greatest(lead_ins.slot_seconds, 1e-6) as slot_seconds
    from controls
    inner join lead_ins
        on
            controls.source = lead_ins.source
            and controls.control_id = lead_ins.control_id
)

select * from series_lead_ins

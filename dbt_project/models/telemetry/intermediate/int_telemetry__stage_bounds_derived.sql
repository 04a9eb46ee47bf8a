-- Level and slope: the plateau is what a quarter of the cycle reaches; it is held from
-- the first to the last time power stays near it for two parts, so that one spike
-- decides nothing.
with

cycle_parts as (
    select * from {{ ref('int_telemetry__cycle_parts_averaged') }}
),

plateaus as (
    select
        cycle_parts.cycle_id,
        {{ telemetry_setting('plateau_share') }}
        * {{ percentile('cycle_parts.mean_power_w', 0.75) }}
            as plateau_w
    from cycle_parts
    group by cycle_parts.cycle_id
),

parts_beside_neighbours as (
    select
        cycle_parts.cycle_id,
        cycle_parts.control_id,
        cycle_parts.part,
        cycle_parts.part_s,
        cycle_parts.mean_power_w,
        plateaus.plateau_w,
        lag(cycle_parts.mean_power_w) over part_order as power_before_w,
        lead(cycle_parts.mean_power_w) over part_order as power_after_w,
        lag(cycle_parts.part) over part_order as part_before,
        lead(cycle_parts.part) over part_order as part_after,
        cycle_parts.started_at
    from cycle_parts
    inner join plateaus on cycle_parts.cycle_id = plateaus.cycle_id
    window part_order as (
        partition by cycle_parts.cycle_id order by cycle_parts.part asc nulls first
    )
),

-- seconds from the cycle's start at which power crosses into or out of the plateau,
-- between the middles of two parts; null where it is inside from the first or up to the
-- last part
crossings as (
    select
        parts_beside_neighbours.cycle_id,
        parts_beside_neighbours.control_id,
        parts_beside_neighbours.part,
        case
            when
                parts_beside_neighbours.power_before_w
                < parts_beside_neighbours.plateau_w
                then parts_beside_neighbours.part_s * (
                    parts_beside_neighbours.part_before + 0.5
                    + (
                        parts_beside_neighbours.part
                        - parts_beside_neighbours.part_before
                    )
                    * (
                        parts_beside_neighbours.plateau_w
                        - parts_beside_neighbours.power_before_w
                    )
                    / (
                        parts_beside_neighbours.mean_power_w
                        - parts_beside_neighbours.power_before_w
                    )
                )
        end as entered_s,
        case
            when
                parts_beside_neighbours.power_after_w
                < parts_beside_neighbours.plateau_w
                then parts_beside_neighbours.part_s * (
                    parts_beside_neighbours.part + 0.5
                    + (
                        parts_beside_neighbours.part_after
                        - parts_beside_neighbours.part
                    )
                    * (
                        parts_beside_neighbours.mean_power_w
                        - parts_beside_neighbours.plateau_w
                    )
                    / (
                        parts_beside_neighbours.mean_power_w
                        - parts_beside_neighbours.power_after_w
                    )
                )
        end as left_s,
        coalesce(
            parts_beside_neighbours.power_after_w >= parts_beside_neighbours.plateau_w,
            false
        )
            as is_high_after,
        coalesce(
            parts_beside_neighbours.power_before_w >= parts_beside_neighbours.plateau_w,
            false
        )
            as is_high_before,
        parts_beside_neighbours.started_at
    from parts_beside_neighbours
    where parts_beside_neighbours.mean_power_w >= parts_beside_neighbours.plateau_w
),

bounds_in_seconds as (
    select
        crossings.cycle_id,
        crossings.control_id,
        crossings.started_at,
        coalesce(
            min_by(coalesce(crossings.entered_s, 0), crossings.part)
            filter (where crossings.is_high_after),
            min_by(coalesce(crossings.entered_s, 0), crossings.part)
        ) as ramp_up_s,
        coalesce(
            max_by(coalesce(crossings.left_s, 1e9), crossings.part)
            filter (where crossings.is_high_before),
            max_by(coalesce(crossings.left_s, 1e9), crossings.part)
        ) as until_ramp_down_s
    from crossings
    group by crossings.cycle_id, crossings.control_id, crossings.started_at
),

stage_bounds as (
    select
        bounds_in_seconds.cycle_id,
        bounds_in_seconds.control_id,
        {{ seconds_after(
            'bounds_in_seconds.started_at', 'bounds_in_seconds.ramp_up_s'
        ) }}
            as ramp_up_until,
        {{ seconds_after(
            'bounds_in_seconds.started_at', 'bounds_in_seconds.until_ramp_down_s'
        ) }}
            as ramp_down_from
    from bounds_in_seconds
)

select * from stage_bounds

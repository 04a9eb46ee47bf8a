-- What is wrong with the sequence of a cycle's stages, as figures that limits can be
-- set for. Stages the seed does not know are no one's business; a cycle without any
-- known one is not judged.
with

stages as (
    {{ reopened(ref('int_telemetry__cycle_stages_measured'), 'cycle_started_at') }}
),

stage_order as (
    select * from {{ ref('telemetry_stage_order') }}
),

required_stages as (
    select count(*) as required_count
    from stage_order
    where stage_order.is_required
),

stages_beside_neighbours as (
    select
        stages.cycle_id,
        stages.control_id,
        stage_order.position,
        stage_order.is_required,
        stages.started_at,
        stages.ended_at,
        lag(stage_order.position) over cycle_order as position_before,
        lead(stages.started_at) over cycle_order as next_started_at
    from stages
    inner join stage_order on stages.stage = stage_order.stage
    window cycle_order as (
        partition by stages.cycle_id
        order by stages.started_at asc nulls first, stage_order.position asc nulls first
    )
),

stage_orders as (
    select
        stages_beside_neighbours.cycle_id,
        stages_beside_neighbours.control_id,
        sum(
            case
                when
                    stages_beside_neighbours.position
                    < stages_beside_neighbours.position_before
                    then 1
                else 0
            end
        ) as stages_out_of_order,
        max(required_stages.required_count)
        - sum(case when stages_beside_neighbours.is_required then 1 else 0 end)
            as stages_missing,
        sum(
            greatest(
                coalesce(
                    {{ seconds_between(
                        'stages_beside_neighbours.next_started_at',
                        'stages_beside_neighbours.ended_at'
                    ) }}, 0
                ), 0
            )
        )
        / nullif(
            {{ seconds_between(
                'min(stages_beside_neighbours.started_at)', 'max(stages_beside_neighbours.ended_at)'
            ) }}, 0
        ) as stage_overlap_share
    from stages_beside_neighbours
    cross join required_stages
    group by stages_beside_neighbours.cycle_id, stages_beside_neighbours.control_id
)

select * from stage_orders

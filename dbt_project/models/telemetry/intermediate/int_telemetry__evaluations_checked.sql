-- Casts the evaluations and holds each score against its floor.
with

evaluations as (
    select * from {{ ref('llm_telemetry__assessments_evaluated') }}
),

evidence as (
    select * from {{ ref('int_telemetry__evaluation_evidence') }}
),

floors as (
    select
        max(case when criterion = 'faithfulness' then floor_score end)
            as faithfulness_floor,
        max(case when criterion = 'completeness' then floor_score end)
            as completeness_floor,
        max(case when criterion = 'actionability' then floor_score end)
            as actionability_floor
    from {{ ref('telemetry_evaluation_floors') }}
),

evaluations_checked as (
    select
        evaluations.control_id,
        evaluations.status,
        evaluations.reason,
        evaluations.error,
        evaluations.provider,
        evaluations.model,
        evaluations.prompt_template,
        evaluations.prompt_version,
        evaluations.call_id,
        evidence.assessment_call_id,
        cast(evaluations.faithfulness as bigint) as faithfulness,
        cast(evaluations.completeness as bigint) as completeness,
        cast(evaluations.actionability as bigint) as actionability,
        cast(evaluations.prompt_tokens as bigint) as prompt_tokens,
        cast(evaluations.completion_tokens as bigint) as completion_tokens,
        evaluations.cost_usd,
        evaluations.status in ('ok', 'repaired')
        and evaluations.faithfulness >= floors.faithfulness_floor
        and evaluations.completeness >= floors.completeness_floor
        and evaluations.actionability >= floors.actionability_floor as is_passed,
        cast(evaluations.assessment_date as date) as assessment_date,
        cast(evaluations.asked_at as timestamp) as asked_at
    from evaluations
    inner join evidence
        on
            evaluations.control_id = evidence.control_id
            and evaluations.assessment_date = evidence.assessment_date
    cross join floors
)

select * from evaluations_checked

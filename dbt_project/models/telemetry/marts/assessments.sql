-- depends_on: {{ ref('gate_telemetry__after_llm') }}
with

assessments as (
    select * from {{ ref('int_telemetry__assessments_checked') }}
),

evaluations as (
    select * from {{ ref('int_telemetry__evaluations_checked') }}
),

assessments_with_review as (
    select
        assessments.control_id,
        assessments.status,
        case
            when assessments.status = 'pending' then 'pending'
            when not assessments.is_usable then 'failed'
            when coalesce(evaluations.status, 'pending') = 'pending' then 'pending'
            when evaluations.is_passed then 'accepted'
            else 'needs_review'
        end as review_status,
        assessments.summary,
        assessments.severity,
        assessments.likely_cause,
        assessments.recommended_action,
        assessments.confidence,
        assessments.cited_cycle_ids,
        assessments.error,
        assessments.provider,
        assessments.model,
        assessments.prompt_template,
        assessments.prompt_version,
        assessments.call_id,
        assessments.prompt_tokens,
        assessments.completion_tokens,
        assessments.cost_usd,
        assessments.assessment_date,
        assessments.asked_at
    from assessments
    left join evaluations
        on
            assessments.control_id = evaluations.control_id
            and assessments.assessment_date = evaluations.assessment_date
)

select * from assessments_with_review

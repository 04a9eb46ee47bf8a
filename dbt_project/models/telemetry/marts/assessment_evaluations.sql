-- depends_on: {{ ref('gate_telemetry__after_llm') }}
with

evaluations as (
    select * from {{ ref('int_telemetry__evaluations_checked') }}
),

evaluations_released as (
    select
        evaluations.control_id,
        evaluations.status,
        evaluations.faithfulness,
        evaluations.completeness,
        evaluations.actionability,
        evaluations.reason,
        evaluations.is_passed,
        evaluations.error,
        evaluations.provider,
        evaluations.model,
        evaluations.prompt_template,
        evaluations.prompt_version,
        evaluations.call_id,
        evaluations.assessment_call_id,
        evaluations.prompt_tokens,
        evaluations.completion_tokens,
        evaluations.cost_usd,
        evaluations.assessment_date,
        evaluations.asked_at
    from evaluations
)

select * from evaluations_released

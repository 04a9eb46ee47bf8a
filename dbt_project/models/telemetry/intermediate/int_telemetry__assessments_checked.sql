-- Casts the written assessments and holds SQL's own check beside the step's: a cited
-- cycle must exist and be one of this control's.
with

assessments as (
    select * from {{ ref('llm_telemetry__assessments_written') }}
),

cycles as (
    select * from {{ ref('cycles') }}
),

citations as (
    select
        assessments.control_id,
        assessments.assessment_date,
        {{ array_elements('assessments.cited_cycle_ids') }} as cycle_id
    from assessments
),

unknown_citations as (
    select
        citations.control_id,
        citations.assessment_date,
        count(*) as unknown_count,
        min(citations.cycle_id) as unknown_cycle_id
    from citations
    left join cycles
        on
            citations.cycle_id = cycles.cycle_id
            and citations.control_id = cycles.control_id
    where cycles.cycle_id is null
    group by citations.control_id, citations.assessment_date
),

assessments_checked as (
    select
        assessments.control_id,
        case
            when unknown_citations.unknown_count > 0 then 'invalid'
            else assessments.status
        end as status,
        assessments.summary,
        assessments.severity,
        assessments.likely_cause,
        assessments.recommended_action,
        assessments.confidence,
        assessments.cited_cycle_ids,
        case
            when unknown_citations.unknown_count > 0
                then
                    'cites a cycle that does not exist: '
                    || unknown_citations.unknown_cycle_id
            else assessments.error
        end as error,
        assessments.provider,
        assessments.model,
        assessments.prompt_template,
        assessments.prompt_version,
        assessments.call_id,
        cast(assessments.prompt_tokens as bigint) as prompt_tokens,
        cast(assessments.completion_tokens as bigint) as completion_tokens,
        assessments.cost_usd,
        assessments.status in ('ok', 'repaired')
        and unknown_citations.unknown_count is null as is_usable,
        cast(assessments.assessment_date as date) as assessment_date,
        cast(assessments.asked_at as timestamp) as asked_at
    from assessments
    left join unknown_citations
        on
            assessments.control_id = unknown_citations.control_id
            and assessments.assessment_date = unknown_citations.assessment_date
)

select * from assessments_checked

-- depends_on: {{ ref('gate_conversations__after_llm') }}
-- A conversation has a row for each tier it went through and one for each check it
-- failed: the scores of all checks stand as columns in `quality`.
with

tiers as (
    select * from {{ ref('int_conversations__tiers_scored') }}
),

checks as (
    select * from {{ ref('int_conversations__checks_listed') }}
    where not is_passed
),

judgements as (
    select * from {{ ref('int_conversations__judgements_checked') }}
    where status <> 'pending'
),

weights as (
    select * from {{ ref('conversations_quality_weights') }}
    where tier = 'judged'
),

validations_of_tiers as (
    {% for tier, flag in [
        ('structure', 'is_structurally_valid'), ('content', 'is_content_valid')
    ] -%}
    select
        tiers.conversation_id,
        '{{ tier }}' as tier,
        'all' as check_name,
        case when not tiers.{{ flag }} then tiers.failed_check end as detail,
        'sql-' || left(tiers.settings_hash, 8) as validated_by,
        cast(null as {{ dbt.type_string() }}) as call_id,
        tiers.{{ tier }}_score as score,
        tiers.{{ flag }} as is_passed,
        tiers.validated_at
    from tiers
    union all
    {% endfor -%}
    select
        checks.conversation_id,
        checks.tier,
        checks.check_name,
        checks.recommendation as detail,
        'sql-' || left(tiers.settings_hash, 8) as validated_by,
        cast(null as {{ dbt.type_string() }}) as call_id,
        checks.score,
        checks.is_passed,
        tiers.validated_at
    from checks
    inner join tiers on checks.conversation_id = tiers.conversation_id
    union all
    select
        judgements.conversation_id,
        'judged' as tier,
        'all' as check_name,
        coalesce(judgements.error, judgements.inaccurate_statements, judgements.reason)
            as detail,
        judgements.provider || '/' || judgements.model as validated_by,
        judgements.call_id,
        judgements.judged_score as score,
        judgements.is_usable and judgements.judged_score >= weights.floor_score
            as is_passed,
        judgements.asked_at as validated_at
    from judgements
    cross join weights
),

records_of_tiers as (
    select
        conversation_id,
        min(case tier when 'open' then 1 when 'restricted' then 2 else 3 end) as place
    from {{ ref('int_conversations__records_validated') }}
    group by conversation_id
),

validations as (
    select
        {{ dbt.hash(
            "validations_of_tiers.conversation_id || '|' || validations_of_tiers.tier "
            ~ "|| '|' || validations_of_tiers.check_name"
        ) }} as validation_id,
        validations_of_tiers.conversation_id,
        validations_of_tiers.tier,
        validations_of_tiers.check_name,
        case records_of_tiers.place
            when 1 then 'open' when 2 then 'restricted' else 'private'
        end as access_tier,
        validations_of_tiers.detail,
        validations_of_tiers.validated_by,
        validations_of_tiers.call_id,
        cast(validations_of_tiers.score as double) as score,
        validations_of_tiers.is_passed,
        validations_of_tiers.validated_at
    from validations_of_tiers
    left join records_of_tiers
        on validations_of_tiers.conversation_id = records_of_tiers.conversation_id
)

select * from validations

{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook='{{ conversations_forget_touched() }}',
) }}
with

conversations as (
    select * from {{ ref('int_conversations__conversations_touched') }}
),

checks as (
    select * from {{ ref('int_conversations__checks_listed') }}
),

weak_turns as (
    select * from {{ ref('int_conversations__weak_turns_located') }}
),

-- a weak check is told with its score and, where it is about one, its turn
checks_told as (
    select
        checks.*,
        checks.check_name || case
            when checks.score >= 1 then ''
            else
                ' ' || cast(
                    {{ round_to('checks.score', 2) }} as {{ dbt.type_string() }}
                )
                || coalesce(
                    ' in turn ' || cast(weak_turns.turn as {{ dbt.type_string() }}), ''
                )
        end as told
    from checks
    left join weak_turns
        on
            checks.conversation_id = weak_turns.conversation_id
            and checks.check_name = weak_turns.check_name
            and checks.score < 1
),

tiers_scored as (
    select
        checks.conversation_id,
        min(
            case
                when not checks.is_passed and checks.is_required
                    then checks.tier || ': ' || checks.check_name
            end
        ) as failed_check,
        -- of equal scores the first by name: which one a min_by gives differs by run
        substring(
            min(
                cast(
                    cast(1000000 + round(1000000 * checks.score) as bigint)
                    as {{ dbt.type_string() }}
                ) || checks.told
            ), 8
        ) as weakest_check,
        sum(
            case when checks.tier = 'structure' then checks.weight * checks.score end
        ) as structure_sum,
        sum(case when checks.tier = 'structure' then checks.weight end)
            as structure_weight,
        sum(
            case when checks.tier = 'content' then checks.weight * checks.score end
        ) as content_sum,
        sum(case when checks.tier = 'content' then checks.weight end)
            as content_weight,
        not bool_or(
            checks.tier = 'structure' and checks.is_required and not checks.is_passed
        ) as is_structurally_valid,
        not bool_or(
            checks.tier = 'content' and checks.is_required and not checks.is_passed
        ) as is_content_valid
    from checks_told as checks
    inner join conversations
        on checks.conversation_id = conversations.conversation_id
    group by checks.conversation_id
),

-- texts in order are dear: they are put together for those that failed only
recommended as (
    select
        checks.conversation_id,
        {{ ordered_text_agg(
            "checks.recommendation || ' (' || checks.told || ')'",
            'checks.check_name', '; '
        ) }} as recommendations
    from checks_told as checks
    inner join conversations
        on checks.conversation_id = conversations.conversation_id
    where not checks.is_passed
    group by checks.conversation_id
),

tiers_with_rules as (
    select
        tiers_scored.conversation_id,
        tiers_scored.failed_check,
        tiers_scored.weakest_check,
        recommended.recommendations,
        '{{ settings_hash('conversations') }}' as settings_hash,
        -- sums of doubles differ in their last digits by the order they are added in
        {{ round_to('tiers_scored.structure_sum / tiers_scored.structure_weight', 9) }}
            as structure_score,
        {{ round_to('tiers_scored.content_sum / tiers_scored.content_weight', 9) }}
            as content_score,
        tiers_scored.structure_weight,
        tiers_scored.content_weight,
        tiers_scored.is_structurally_valid,
        tiers_scored.is_content_valid,
        cast({{ dbt.current_timestamp() }} as timestamp) as validated_at
    from tiers_scored
    left join recommended
        on tiers_scored.conversation_id = recommended.conversation_id
)

select * from tiers_with_rules

-- What was found, conversation by conversation.
with

phrases as (
    select * from {{ ref('int_conversations__phrases_found') }}
),

personal_data as (
    select * from {{ ref('int_conversations__personal_data_found') }}
),

turns_with_phrases as (
    select
        phrases.conversation_id,
        phrases.role,
        phrases.turn,
        max(
            case
                when phrases.kind in ('refusal', 'boilerplate') then phrases.severity
            end
        ) as refused_weight,
        max(case when phrases.kind = 'toxic' then phrases.severity end) as toxicity,
        max(case when phrases.kind = 'crisis' then phrases.phrase end) as danger_phrase,
        bool_or(phrases.kind = 'support') as is_support,
        bool_or(phrases.kind = 'encoding') as is_damaged
    from phrases
    group by phrases.conversation_id, phrases.role, phrases.turn
),

counted_phrases as (
    select
        turns_with_phrases.conversation_id,
        min(turns_with_phrases.danger_phrase) as crisis_phrase,
        sum(turns_with_phrases.refused_weight) as refused_weight,
        max(turns_with_phrases.toxicity) as toxicity,
        max(
            case
                when turns_with_phrases.role = 'assistant'
                    then turns_with_phrases.toxicity
            end
        ) as assistant_toxicity,
        sum(case when turns_with_phrases.is_damaged then 1 else 0 end)
            as damaged_turn_count,
        bool_or(turns_with_phrases.danger_phrase is not null) as is_crisis,
        bool_or(turns_with_phrases.is_support) as is_support_named
    from turns_with_phrases
    group by turns_with_phrases.conversation_id
),

phrases_by_turn as (
    select distinct
        phrases.conversation_id,
        phrases.kind || ' in turn '
        || cast(phrases.turn as {{ dbt.type_string() }}) as place
    from phrases
    where phrases.kind in ('refusal', 'boilerplate', 'toxic', 'encoding')
),

phrases_told as (
    select
        phrases_by_turn.conversation_id,
        {{ ordered_text_agg(
            'phrases_by_turn.place', 'phrases_by_turn.place', ', '
        ) }} as phrase_places
    from phrases_by_turn
    group by phrases_by_turn.conversation_id
),

personal_data_by_turn as (
    select distinct
        personal_data.conversation_id,
        personal_data.kind || ' in turn '
        || cast(personal_data.turn as {{ dbt.type_string() }}) as place
    from personal_data
),

places_told as (
    select
        personal_data_by_turn.conversation_id,
        {{ ordered_text_agg(
            'personal_data_by_turn.place', 'personal_data_by_turn.place', ', '
        ) }} as personal_data_places
    from personal_data_by_turn
    group by personal_data_by_turn.conversation_id
),

counted_personal_data as (
    select
        personal_data.conversation_id,
        count(*) as pii_count,
        sum(case when personal_data.kind = 'card' then 1 else 0 end) as card_count
    from personal_data
    group by personal_data.conversation_id
),

conversations as (
    select counted_phrases.conversation_id
    from counted_phrases
    union distinct
    select counted_personal_data.conversation_id
    from counted_personal_data
),

findings_counted as (
    select
        conversations.conversation_id,
        counted_phrases.crisis_phrase,
        phrases_told.phrase_places,
        places_told.personal_data_places,
        cast(coalesce(counted_personal_data.pii_count, 0) as bigint) as pii_count,
        cast(coalesce(counted_personal_data.card_count, 0) as bigint) as card_count,
        cast(coalesce(counted_phrases.damaged_turn_count, 0) as bigint)
            as damaged_turn_count,
        coalesce(counted_phrases.refused_weight, 0e0) as refused_weight,
        coalesce(counted_phrases.toxicity, 0e0) as toxicity,
        coalesce(counted_phrases.assistant_toxicity, 0e0) as assistant_toxicity,
        coalesce(counted_phrases.is_crisis, false) as is_crisis,
        coalesce(counted_phrases.is_support_named, false) as is_support_named
    from conversations
    left join counted_phrases
        on conversations.conversation_id = counted_phrases.conversation_id
    left join counted_personal_data
        on conversations.conversation_id = counted_personal_data.conversation_id
    left join phrases_told
        on conversations.conversation_id = phrases_told.conversation_id
    left join places_told
        on conversations.conversation_id = places_told.conversation_id
)

select * from findings_counted

-- What the judge is shown: turns as JSON objects, so that no text passes for a turn.
with

validated as (
    select * from {{ ref('int_conversations__records_validated') }}
),

messages as (
    select * from {{ ref('stg_conversations__messages') }}
),

named as (
    select * from {{ ref('int_conversations__disorders_named') }}
),

disorders as (
    select * from {{ ref('conversations_dsm5_disorders') }}
),

thresholds as (
    select max(case when setting = 'judged_max_chars' then value end) as max_chars
    from {{ ref('conversations_thresholds') }}
),

priorities as (
    select
        validated.conversation_id,
        -- the better of equally urgent ones first; a score never outweighs a priority
        max(validated.priority)
        + 0.499 * max(validated.structure_score + validated.content_score) as priority
    from validated
    group by validated.conversation_id
),

passed as (
    select
        validated.record_id,
        validated.conversation_id
    from validated
    where
        validated.first_record
        and validated.is_structurally_valid
        and validated.is_content_valid
),

turns as (
    select
        passed.conversation_id,
        messages.role,
        messages.content,
        messages.turn,
        thresholds.max_chars,
        sum(length(messages.content)) over (
            partition by passed.conversation_id order by messages.turn
        ) as chars_so_far
    from passed
    inner join messages on passed.record_id = messages.record_id
    cross join thresholds
),

turns_as_json as (
    select
        turns.conversation_id,
        {{ json_object_text([
            ['turn', 'turns.turn'],
            ['role', 'turns.role'],
            [
                'content',
                'left(turns.content, cast(turns.max_chars as integer))',
            ],
        ]) }} as turn_json,
        turns.turn,
        turns.turn = 0 or turns.chars_so_far <= turns.max_chars as is_shown,
        turns.chars_so_far > turns.max_chars as is_beyond
    from turns
),

conversations_shown as (
    select
        turns_as_json.conversation_id,
        {{ ordered_text_agg(
            'case when turns_as_json.is_shown then turns_as_json.turn_json end',
            'turns_as_json.turn', '\n'
        ) }} as turns,
        bool_or(turns_as_json.is_beyond) as is_cut
    from turns_as_json
    group by turns_as_json.conversation_id
),

reference_lines as (
    select
        named.conversation_id,
        named.disorder_name,
        {{ json_object_text([
            ['disorder', 'disorders.disorder_name'],
            ['code', 'disorders.code'],
            ['aliases', "coalesce(disorders.aliases, '')"],
            ['criterion', 'disorders.criterion'],
        ]) }} as reference
    from named
    inner join disorders on named.disorder_name = disorders.disorder_name
),

conversation_references as (
    select
        reference_lines.conversation_id,
        {{ ordered_array_agg(
            'reference_lines.reference', 'reference_lines.disorder_name'
        ) }} as reference_list,
        {{ ordered_array_agg(
            'reference_lines.disorder_name', 'reference_lines.disorder_name'
        ) }} as disorder_names
    from reference_lines
    group by reference_lines.conversation_id
),

conversations_queued as (
    select
        passed.conversation_id,
        conversations_shown.turns,
        coalesce(conversation_references.reference_list, {{ empty_string_array() }})
            as reference_list,
        coalesce(conversation_references.disorder_names, {{ empty_string_array() }})
            as disorder_names,
        cast(priorities.priority as double) as priority,
        conversations_shown.is_cut
    from passed
    inner join conversations_shown
        on passed.conversation_id = conversations_shown.conversation_id
    inner join priorities on passed.conversation_id = priorities.conversation_id
    left join conversation_references
        on passed.conversation_id = conversation_references.conversation_id
)

select * from conversations_queued

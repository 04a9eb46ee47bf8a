-- What a set may take all the same: conversations that fail the check of personal data
-- and no other required one, where the set masks each kind of it. Their grade is that
-- of what an export writes.
with

sets as (
    select * from {{ ref('int_conversations__sets_declared') }}
),

checks as (
    select * from {{ ref('int_conversations__checks_listed') }}
),

found as (
    select * from {{ ref('int_conversations__personal_data_found') }}
),

thresholds as (
    select
        max(case when setting = 'keep_score' then value end) as keep_score,
        max(case when setting = 'premium_score' then value end) as premium_score
    from {{ ref('conversations_thresholds') }}
),

failing as (
    select checks.conversation_id
    from checks
    where checks.is_required and not checks.is_passed
    group by checks.conversation_id
    having count(*) = 1 and max(checks.check_name) = 'personal_data'
),

mended as (
    select
        checks.conversation_id,
        sum(
            checks.weight
            * case
                when checks.check_name = 'personal_data' then 1.0 else checks.score
            end
        ) / sum(checks.weight) as score
    from checks
    inner join failing on checks.conversation_id = failing.conversation_id
    group by checks.conversation_id
),

kinds as (
    select distinct
        found.conversation_id,
        found.kind
    from found
    inner join failing on found.conversation_id = failing.conversation_id
),

masked as (
    select
        sets.set_name,
        kinds.conversation_id
    from kinds
    cross join sets
    where sets.mask is not null
    group by sets.set_name, kinds.conversation_id
    having
        min(
            case
                when
                    position('; ' || kinds.kind || ';' in '; ' || sets.mask || ';') > 0
                    then 1
                else 0
            end
        ) = 1
),

failures_masked as (
    select
        masked.set_name,
        masked.conversation_id,
        case
            when {{ round_to('mended.score', 9) }} >= thresholds.premium_score
                then 'premium'
            when {{ round_to('mended.score', 9) }} >= thresholds.keep_score then 'keep'
            else 'below'
        end as grade
    from masked
    inner join mended on masked.conversation_id = mended.conversation_id
    cross join thresholds
)

select * from failures_masked

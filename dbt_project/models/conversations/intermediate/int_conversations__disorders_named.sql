-- An abbreviation counts in capitals only (ADD, not add); other names in any case.
with

texts as (
    select * from {{ ref('int_conversations__conversation_texts') }}
),

validated as (
    select * from {{ ref('int_conversations__records_validated') }}
    where first_record and is_structurally_valid and is_content_valid
),

disorders as (
    select * from {{ ref('conversations_dsm5_disorders') }}
),

aliases as (
    select
        disorders.disorder_name,
        {{ array_elements("split(disorders.aliases, ';')") }} as alias
    from disorders
    where disorders.aliases is not null
),

names as (
    select
        disorders.disorder_name,
        disorders.disorder_name as alias
    from disorders
    union all
    select
        aliases.disorder_name,
        trim(aliases.alias) as alias
    from aliases
    where trim(aliases.alias) <> ''
),

texts_with_a_name as (
    select
        texts.conversation_id,
        names.disorder_name,
        case
            when names.alias = upper(names.alias) then texts.text
            else lower(texts.text)
        end as text,
        case
            when names.alias = upper(names.alias) then names.alias
            else lower(names.alias)
        end as alias
    from texts
    inner join validated on texts.conversation_id = validated.conversation_id
    inner join names on position(lower(names.alias) in lower(texts.text)) > 0
),

disorders_named as (
    select distinct
        texts_with_a_name.conversation_id,
        texts_with_a_name.disorder_name
    from texts_with_a_name
    where
        {{ text_matches(
            'texts_with_a_name.text',
            "(^|[^A-Za-z])' || texts_with_a_name.alias || '($|[^A-Za-z])"
        ) }}
)

select * from disorders_named

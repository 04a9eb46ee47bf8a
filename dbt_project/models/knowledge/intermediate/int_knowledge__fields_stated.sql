-- What structured fields say, at no cost: the field is the evidence.
-- depends_on: {{ ref('gate_knowledge__after_staging') }}
with

documents as (
    select * from {{ ref('int_knowledge__documents') }}
),

field_predicates as (
    select * from {{ ref('knowledge_field_predicates') }}
),

fields as (
    select * from {{ ref('int_knowledge__fields_listed') }}
),

user_ids as (
    select
        fields.object_id,
        fields.version,
        max(fields.value) as user_id
    from fields
    where fields.field = 'slack id'
    group by fields.object_id, fields.version
),

parents as (
    select
        documents.object_id,
        max(lower(documents.title)) as title
    from documents
    group by documents.object_id
),

said as (
    select distinct
        documents.object_id,
        documents.version,
        fields.field,
        field_predicates.subject_type,
        documents.title as subject_name,
        case field_predicates.subject_type
            when 'person' then 'slack_user:' || user_ids.user_id
            when 'issue' then 'issue:' || documents.native_id
            when 'incident' then 'incident:' || lower(documents.native_id)
            when 'channel' then 'slack_channel:' || documents.native_id
            when 'document' then 'document:' || documents.object_id
        end as subject_strong,
        field_predicates.predicate,
        field_predicates.object_type,
        fields.value
    from fields
    inner join documents
        on fields.object_id = documents.object_id and fields.version = documents.version
    left join user_ids
        on fields.object_id = user_ids.object_id and fields.version = user_ids.version
    left join parents on documents.parent_id = parents.object_id
    inner join field_predicates
        on
            documents.kind = field_predicates.kind
            and fields.field = field_predicates.field
            and (
                field_predicates.parent is null
                or parents.title like field_predicates.parent
            )
    where fields.value <> ''
),

known_ids as (
    select distinct user_id from user_ids
),

said_by_id as (
    select
        said.*,
        known_ids.user_id as slack_id,
        case
            when said.object_type = 'person'
                then lower(regexp_extract(said.value, '[^ <>@]+@[^ <>@]+', 0))
        end as email,
        trim(split_part(said.value, '<', 1)) as name
    from said
    left join known_ids
        on said.object_type = 'person' and said.value = known_ids.user_id
),

fields_stated as (
    select
        said_by_id.object_id,
        said_by_id.version,
        said_by_id.field,
        said_by_id.subject_type,
        said_by_id.subject_name,
        said_by_id.subject_strong,
        said_by_id.predicate,
        said_by_id.object_type,
        case
            when said_by_id.object_type is null then null
            when said_by_id.slack_id is not null then null
            when lower(said_by_id.name) <> coalesce(said_by_id.email, '')
                then said_by_id.name
        end as object_name,
        case
            when said_by_id.slack_id is not null
                then 'slack_user:' || said_by_id.slack_id
            when said_by_id.email <> '' then 'email:' || said_by_id.email
        end as object_strong,
        said_by_id.value
    from said_by_id
)

select * from fields_stated

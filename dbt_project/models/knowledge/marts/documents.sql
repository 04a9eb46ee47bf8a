-- depends_on: {{ ref('gate_knowledge__after_staging') }}
with

documents as (
    select * from {{ ref('int_knowledge__documents') }}
),

members as (
    select * from {{ ref('int_knowledge__members') }}
),

versions_in_force as (
    select
        members.object_id,
        members.version,
        max(case when members.known_to is null then 1 else 0 end) = 1 as is_current
    from members
    group by members.object_id, members.version
),

documents_released as (
    select
        documents.object_id,
        documents.version,
        documents.source,
        documents.kind,
        documents.native_id,
        documents.uri,
        documents.title,
        documents.text,
        documents.text_hash,
        documents.authors,
        documents.fields,
        documents.parent_id,
        documents.language,
        documents.tier,
        documents.canon_version,
        documents.content_hash,
        documents.made_from,
        documents.flags,
        versions_in_force.is_current,
        documents.created_at,
        documents.updated_at
    from documents
    inner join versions_in_force
        on
            documents.object_id = versions_in_force.object_id
            and documents.version = versions_in_force.version
)

select * from documents_released

-- One row per object and version, in however many intervals it was in force.
with

versions as (
    select * from {{ ref('int_knowledge__objects') }}
),

documents as (
    select * from {{ ref('int_knowledge__documents') }}
),

syncs_in_order as (
    select * from {{ ref('int_knowledge__syncs_ordered') }}
),

newest_syncs as (
    select
        syncs_in_order.source,
        max(syncs_in_order.exported_at) as newest_at
    from syncs_in_order
    group by syncs_in_order.source
),

versions_by_age as (
    select
        versions.*,
        newest_syncs.newest_at,
        min(versions.known_from) over (
            partition by versions.object_id, versions.content_hash
        ) as first_seen,
        row_number() over (
            partition by versions.object_id, versions.content_hash
            order by versions.known_from desc
        ) as age
    from versions
    inner join newest_syncs on versions.source = newest_syncs.source
),

objects as (
    select
        versions_by_age.object_id,
        coalesce(
            documents.version, substring(versions_by_age.content_hash, 1, 16)
        ) as version,
        versions_by_age.source,
        versions_by_age.kind,
        versions_by_age.native_id,
        versions_by_age.state,
        versions_by_age.uri,
        versions_by_age.title,
        versions_by_age.parent_id,
        versions_by_age.tier,
        versions_by_age.content_hash,
        versions_by_age.blob_hash,
        versions_by_age.locator,
        versions_by_age.withdrawn_because as deleted_why,
        documents.failure,
        versions_by_age.size,
        versions_by_age.created_at,
        versions_by_age.updated_at,
        versions_by_age.first_seen,
        coalesce(versions_by_age.known_to, versions_by_age.newest_at) as last_seen,
        versions_by_age.known_to as deleted_at
    from versions_by_age
    left join documents
        on
            versions_by_age.object_id = documents.object_id
            and versions_by_age.content_hash = documents.content_hash
    where versions_by_age.age = 1
)

select * from objects

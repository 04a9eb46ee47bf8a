-- depends_on: {{ ref('gate_knowledge__after_staging') }}
-- What counts as learnt and withdrawn within one moment was never in force.
with

changes as (
    select * from {{ ref('int_knowledge__changes_found') }}
),

syncs_in_order as (
    select * from {{ ref('int_knowledge__syncs_ordered') }}
),

sightings as (
    select * from {{ ref('stg_knowledge__sightings') }}
),

sightings_by_age as (
    select
        sightings.*,
        row_number() over (
            partition by sightings.sync_id, sightings.object_id
            order by sightings.ordinal desc
        ) as age
    from sightings
),

changes_with_times as (
    select
        changes.object_id,
        changes.source,
        changes.content_hash,
        changes.withdrawn_because,
        syncs_in_order.sync_id as sync_from,
        syncs_in_order.tier,
        ends.sync_id as sync_to,
        syncs_in_order.exported_at as known_from,
        ends.exported_at as known_to
    from changes
    inner join syncs_in_order
        on
            changes.source = syncs_in_order.source
            and changes.sync_no = syncs_in_order.sync_no
    left join syncs_in_order as ends
        on
            changes.source = ends.source
            and changes.end_no = ends.sync_no
    where changes.content_hash is not null
),

versions as (
    select
        changes_with_times.object_id,
        changes_with_times.source,
        sightings_by_age.kind,
        sightings_by_age.native_id,
        sightings_by_age.state,
        sightings_by_age.uri,
        sightings_by_age.title,
        sightings_by_age.parent_id,
        sightings_by_age.part_of,
        changes_with_times.tier,
        changes_with_times.content_hash,
        sightings_by_age.blob_hash,
        sightings_by_age.locator,
        sightings_by_age.size,
        sightings_by_age.created_at,
        sightings_by_age.updated_at,
        changes_with_times.known_from,
        changes_with_times.known_to,
        changes_with_times.sync_from,
        changes_with_times.sync_to,
        changes_with_times.withdrawn_because
    from changes_with_times
    inner join sightings_by_age
        on
            changes_with_times.sync_from = sightings_by_age.sync_id
            and changes_with_times.object_id = sightings_by_age.object_id
    where
        sightings_by_age.age = 1
        and (
            changes_with_times.known_to is null
            or changes_with_times.known_to > changes_with_times.known_from
        )
)

select * from versions

{{ config(materialized=as_view()) }}
-- depends_on: {{ ref('gate_knowledge__after_landing') }}
with

sightings as (
    select * from {{ source('raw_knowledge', 'sightings') }}
),

sightings_named as (
    select
        sightings.load_id,
        sightings.sync_id,
        sightings.source,
        sightings.object_id,
        sightings.native_id,
        sightings.kind,
        sightings.state,
        sightings.uri,
        sightings.parent_id,
        sightings.part_of,
        sightings.title,
        sightings.blob_hash,
        sightings.locator,
        sightings.content_hash,
        sightings.created_at,
        sightings.updated_at,
        sightings.tier,
        sightings.size,
        sightings.ordinal
    from sightings
)

select * from sightings_named

-- depends_on: {{ ref('gate_knowledge__after_staging') }}
-- What a complete sync no longer lists has ended; what is forbidden stays as it was.
-- What is archived is in force, unless `knowledge_archived_ends` says otherwise.
{% set gone = "('deleted', 'archived')" if var('knowledge_archived_ends', false)
    else "('deleted')" %}
with

syncs_in_order as (
    select * from {{ ref('int_knowledge__syncs_ordered') }}
),

sightings as (
    select * from {{ ref('stg_knowledge__sightings') }}
),

sightings_by_age as (
    select
        sightings.object_id,
        sightings.source,
        sightings.sync_id,
        sightings.state,
        sightings.content_hash,
        row_number() over (
            partition by sightings.sync_id, sightings.object_id
            order by sightings.ordinal desc
        ) as age
    from sightings
),

sightings_in_order as (
    select
        sightings_by_age.object_id,
        sightings_by_age.source,
        sightings_by_age.state,
        sightings_by_age.content_hash,
        syncs_in_order.sync_no,
        syncs_in_order.next_complete_no,
        lead(syncs_in_order.sync_no) over (
            partition by sightings_by_age.object_id
            order by syncs_in_order.sync_no
        ) as next_seen_no
    from sightings_by_age
    inner join syncs_in_order on sightings_by_age.sync_id = syncs_in_order.sync_id
    where sightings_by_age.age = 1
),

words_of_syncs as (
    select
        sightings_in_order.object_id,
        sightings_in_order.source,
        sightings_in_order.sync_no,
        case
            when sightings_in_order.state not in {{ gone }}
                then sightings_in_order.content_hash
        end as content_hash,
        case
            when sightings_in_order.state in {{ gone }}
                then sightings_in_order.state || ' at its source'
            else 'replaced'
        end as ends_because
    from sightings_in_order
    where sightings_in_order.state not in ('forbidden', 'forgotten')
    union all
    select
        sightings_in_order.object_id,
        sightings_in_order.source,
        sightings_in_order.next_complete_no as sync_no,
        cast(null as {{ dbt.type_string() }}) as content_hash,
        'no longer listed' as ends_because
    from sightings_in_order
    where
        sightings_in_order.state not in {{ gone }}
        and sightings_in_order.next_complete_no is not null
        and (
            sightings_in_order.next_seen_no is null
            or sightings_in_order.next_complete_no < sightings_in_order.next_seen_no
        )
),

words_and_those_before as (
    select
        words_of_syncs.object_id,
        words_of_syncs.source,
        words_of_syncs.sync_no,
        words_of_syncs.content_hash,
        words_of_syncs.ends_because,
        lag(words_of_syncs.content_hash) over (
            partition by words_of_syncs.object_id
            order by words_of_syncs.sync_no
        ) as hash_before
    from words_of_syncs
),

changes as (
    select
        words_and_those_before.object_id,
        words_and_those_before.source,
        words_and_those_before.sync_no,
        words_and_those_before.content_hash,
        lead(words_and_those_before.sync_no) over (
            partition by words_and_those_before.object_id
            order by words_and_those_before.sync_no
        ) as end_no,
        lead(words_and_those_before.ends_because) over (
            partition by words_and_those_before.object_id
            order by words_and_those_before.sync_no
        ) as withdrawn_because
    from words_and_those_before
    where
        words_and_those_before.content_hash
        is distinct from words_and_those_before.hash_before
)

select * from changes

-- depends_on: {{ ref('gate_news__after_staging') }}
-- An address that several sources name is asked once; the row of the first one stands.
with

fetches as (
    select * from {{ ref('stg_news__fetches') }}
),

fetches_by_place as (
    select
        fetches.run_id,
        fetches.url,
        fetches.source,
        fetches.role,
        fetches.status,
        fetches.error,
        fetches.final_url,
        fetches.redirects,
        fetches.object_hash,
        fetches.content_type,
        fetches.encoding,
        fetches.http_status,
        fetches.byte_count,
        fetches.seconds,
        fetches.attempt_count,
        fetches.encoding_confidence,
        fetches.fetched_at,
        row_number() over (
            partition by fetches.run_id, fetches.url
            order by
                case fetches.role when 'feed' then 0 when 'page' then 1 else 2 end,
                fetches.source,
                fetches.fetched_at
        ) as place
    from fetches
),

fetches_once as (
    select
        fetches_by_place.run_id,
        fetches_by_place.url,
        fetches_by_place.source,
        fetches_by_place.role,
        fetches_by_place.status,
        fetches_by_place.error,
        fetches_by_place.final_url,
        fetches_by_place.redirects,
        fetches_by_place.object_hash,
        fetches_by_place.content_type,
        fetches_by_place.encoding,
        fetches_by_place.http_status,
        fetches_by_place.byte_count,
        fetches_by_place.seconds,
        fetches_by_place.attempt_count,
        fetches_by_place.encoding_confidence,
        fetches_by_place.fetched_at
    from fetches_by_place
    where fetches_by_place.place = 1
)

select * from fetches_once

{{ config(materialized=as_view()) }}
-- depends_on: {{ ref('gate_news__after_landing') }}
with

fetches as (
    select * from {{ source('raw_news', 'fetches') }}
),

fetches_named as (
    select
        fetches.load_id,
        fetches.run_id,
        fetches.source,
        fetches.url,
        fetches.role,
        fetches.status,
        fetches.http_status,
        fetches.error,
        fetches.final_url,
        fetches.redirects,
        fetches.object_hash,
        fetches.byte_count,
        fetches.seconds,
        fetches.attempt_count,
        fetches.etag,
        fetches.last_modified,
        fetches.content_type,
        fetches.encoding,
        fetches.encoding_confidence,
        fetches.fetched_at
    from fetches
)

select * from fetches_named

{{ config(materialized=as_view()) }}
-- depends_on: {{ ref('gate_news__after_landing') }}
with

source_health as (
    select * from {{ source('raw_news', 'source_health') }}
),

source_health_named as (
    select
        source_health.load_id,
        source_health.run_id,
        source_health.source,
        source_health.status,
        source_health.http_status,
        source_health.error,
        source_health.byte_count,
        source_health.seconds,
        source_health.item_count,
        source_health.new_count,
        source_health.changed_count,
        source_health.seen_count,
        source_health.rejected_count,
        source_health.rest_count,
        source_health.page_count,
        source_health.failure_count,
        source_health.last_good_at,
        source_health.next_try_at,
        source_health.current_url,
        source_health.etag,
        source_health.last_modified,
        source_health.flags,
        source_health.declaration_hash,
        source_health.moved_to
    from source_health
)

select * from source_health_named

-- depends_on: {{ ref('gate_news__after_staging') }}
with

health as (
    select * from {{ ref('stg_news__source_health') }}
),

source_health as (
    select
        health.run_id,
        health.source,
        health.status,
        health.error,
        health.current_url,
        health.flags,
        health.http_status,
        health.byte_count,
        health.seconds,
        health.item_count,
        health.new_count,
        health.changed_count,
        health.seen_count,
        health.rejected_count,
        health.rest_count,
        health.page_count,
        health.failure_count,
        health.last_good_at,
        health.next_try_at
    from health
)

select * from source_health

-- depends_on: {{ ref('gate_knowledge__after_staging') }}
with

log_events as (
    select * from {{ ref('int_knowledge__log_events') }}
),

log_events_released as (
    select
        log_events.object_id,
        log_events.blob_hash,
        log_events.source,
        log_events.tier,
        log_events.stream,
        log_events.position,
        log_events.byte_offset,
        log_events.sequence,
        log_events.logged_at,
        log_events.level,
        log_events.host,
        log_events.component,
        log_events.message,
        log_events.event,
        log_events.line_count,
        log_events.template_id,
        log_events.content_hash,
        log_events.known_from,
        log_events.sync_from
    from log_events
)

select * from log_events_released

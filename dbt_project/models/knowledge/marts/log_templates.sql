-- depends_on: {{ ref('gate_knowledge__after_staging') }}
with

log_templates as (
    select * from {{ ref('int_knowledge__log_templates') }}
),

log_templates_released as (
    select
        log_templates.object_id,
        log_templates.template_id,
        log_templates.source,
        log_templates.tier,
        log_templates.template,
        log_templates.level,
        log_templates.content_hash,
        log_templates.event_count,
        log_templates.hosts,
        log_templates.streams,
        log_templates.samples,
        log_templates.first_at,
        log_templates.last_at,
        log_templates.known_from,
        log_templates.sync_from
    from log_templates
    where log_templates.known_to is null
)

select * from log_templates_released

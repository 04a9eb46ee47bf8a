-- depends_on: {{ ref('gate_knowledge__after_staging') }}
with

links as (
    select * from {{ ref('int_knowledge__links') }}
),

links_released as (
    select
        links.object_id,
        links.version,
        links.source,
        links.tier,
        links.label,
        links.target,
        links.target_object_id,
        links.ordinal,
        links.span_start,
        links.span_end
    from links
)

select * from links_released

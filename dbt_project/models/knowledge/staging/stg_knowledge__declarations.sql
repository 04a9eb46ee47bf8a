{{ config(materialized=as_view()) }}
-- depends_on: {{ ref('gate_knowledge__after_landing') }}
with

declarations as (
    select * from {{ source('raw_knowledge', 'declarations') }}
),

declarations_named as (
    select
        declarations.load_id,
        declarations.source,
        declarations.declaration_hash,
        declarations.declaration,
        declarations.earlier_rows,
        declarations.declared_at,
        declarations.kind,
        declarations.tier,
        declarations.zone,
        declarations.site,
        declarations.freshness_hours
    from declarations
)

select * from declarations_named

{{ config(materialized=as_view()) }}
-- depends_on: {{ ref('gate_news__after_landing') }}
with

declarations as (
    select * from {{ source('raw_news', 'declarations') }}
),

declarations_named as (
    select
        declarations.load_id,
        declarations.source,
        declarations.declaration_hash,
        declarations.declaration,
        declarations.earlier_rows,
        declarations.declared_at,
        declarations.url,
        declarations.kind,
        declarations.weight,
        declarations.categories,
        lower(split_part(declarations.language, '-', 1)) as language
    from declarations
)

select * from declarations_named

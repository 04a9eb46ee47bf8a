{{ config(materialized=as_view()) }}
-- depends_on: {{ ref('gate_news__after_landing') }}
with

background as (
    select * from {{ source('raw_news', 'background') }}
),

background_named as (
    select
        background.load_id,
        background.source,
        background.name,
        background.aliases,
        background.type,
        background.line,
        background.source_url,
        background.licence,
        background.as_of
    from background
)

select * from background_named

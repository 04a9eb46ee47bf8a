{{ config(materialized=as_view()) }}
-- depends_on: {{ ref('gate_news__after_landing') }}
with

pages as (
    select * from {{ source('raw_news', 'pages') }}
),

pages_named as (
    select
        pages.load_id,
        pages.run_id,
        pages.source,
        pages.url,
        pages.url_key,
        pages.canonical_url,
        pages.canonical_key,
        pages.object_hash,
        pages.title,
        pages.text,
        pages.text_hash,
        lower(split_part(pages.language, '-', 1)) as language,
        pages.published_at,
        pages.is_article,
        pages.is_stub,
        pages.flags,
        pages.extraction_seconds,
        pages.fetched_at
    from pages
)

select * from pages_named

-- A page belongs to every article one of whose entries links to it.
with

runs_found as (
    select * from {{ ref('int_news__runs_found') }}
),

entries as (
    select * from {{ ref('int_news__entries_kept') }}
),

pages as (
    select * from {{ ref('stg_news__pages') }}
),

links_of_articles as (
    select distinct
        entries.article_id,
        entries.url_key
    from entries
),

pages_of_articles as (
    select
        links_of_articles.article_id,
        pages.run_id,
        pages.url_key,
        pages.canonical_url,
        pages.canonical_key,
        pages.object_hash,
        pages.title,
        pages.text,
        pages.language,
        runs_found.run_no,
        pages.is_article,
        pages.is_stub,
        pages.published_at,
        row_number() over (
            partition by links_of_articles.article_id, pages.run_id, pages.url_key
            order by pages.fetched_at desc, pages.object_hash asc
        ) as place
    from pages
    inner join runs_found on pages.run_id = runs_found.run_id
    inner join links_of_articles on pages.url_key = links_of_articles.url_key
),

pages_kept as (
    select
        pages_of_articles.article_id,
        pages_of_articles.run_id,
        pages_of_articles.url_key,
        pages_of_articles.canonical_url,
        pages_of_articles.canonical_key,
        pages_of_articles.object_hash,
        pages_of_articles.title,
        pages_of_articles.text,
        pages_of_articles.language,
        pages_of_articles.run_no,
        pages_of_articles.is_article,
        pages_of_articles.is_stub,
        pages_of_articles.published_at
    from pages_of_articles
    where pages_of_articles.place = 1
)

select * from pages_kept

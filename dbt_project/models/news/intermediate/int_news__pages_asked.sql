-- What came of asking for an article's page last, whichever of its links was asked.
with

runs_found as (
    select * from {{ ref('int_news__runs_found') }}
),

entries as (
    select * from {{ ref('int_news__entries_kept') }}
),

fetches as (
    select * from {{ ref('stg_news__fetches') }}
),

links_of_articles as (
    select distinct
        entries.article_id,
        entries.url
    from entries
),

fetches_of_articles as (
    select
        links_of_articles.article_id,
        fetches.run_id,
        fetches.url,
        fetches.status,
        fetches.http_status,
        fetches.error,
        row_number() over (
            partition by links_of_articles.article_id
            order by
                runs_found.run_no desc,
                case when fetches.status = 'ok' then 0 else 1 end asc,
                fetches.url asc
        ) as place
    from fetches
    inner join runs_found on fetches.run_id = runs_found.run_id
    inner join links_of_articles on fetches.url = links_of_articles.url
    where fetches.role = 'page'
),

pages_asked as (
    select
        fetches_of_articles.article_id,
        fetches_of_articles.run_id,
        fetches_of_articles.url,
        fetches_of_articles.status,
        fetches_of_articles.http_status,
        fetches_of_articles.error
    from fetches_of_articles
    where fetches_of_articles.place = 1
)

select * from pages_asked

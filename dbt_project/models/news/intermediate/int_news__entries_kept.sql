-- What an entry said at each run that found it new or changed, of the articles the
-- run deals with: first seen or changed in it, or young enough for its stories.
with

this_run as (
    select * from {{ ref('int_news__run') }}
),

thresholds as (
    select * from {{ ref('news_thresholds') }}
),

runs_found as (
    select * from {{ ref('int_news__runs_found') }}
),

identified as (
    select * from {{ ref('int_news__entries_identified') }}
),

entries as (
    select * from {{ ref('stg_news__entries') }}
),

oldest_dealt_with as (
    select
        {{ seconds_after(
            'this_run.as_of',
            '-3600 * greatest(this_run.window_hours, thresholds.value)'
        ) }} as oldest_at
    from this_run
    inner join thresholds on thresholds.name = 'story_window_hours'
),

entries_of_articles as (
    select
        identified.article_id,
        entries.*,
        runs_found.run_no,
        runs_found.is_this_run,
        case
            -- what waits for its date has none yet
            when entries.first_seen_at is null then null
            when entries.flags like '%"date_in_future"%'
                then entries.first_seen_at
            else
                least(
                    coalesce(entries.published_at, entries.first_seen_at),
                    entries.first_seen_at
                )
        end as effective_at
    from entries
    inner join runs_found on entries.run_id = runs_found.run_id
    inner join identified
        on
            entries.source = identified.source
            and entries.identity = identified.identity
),

articles_dealt_with as (
    select entries_of_articles.article_id
    from entries_of_articles
    cross join oldest_dealt_with
    group by entries_of_articles.article_id, oldest_dealt_with.oldest_at
    having
        max(case when entries_of_articles.is_this_run then 1 else 0 end) = 1
        or max(entries_of_articles.effective_at) >= oldest_dealt_with.oldest_at
),

entries_kept as (
    select entries_of_articles.*
    from entries_of_articles
    inner join articles_dealt_with
        on entries_of_articles.article_id = articles_dealt_with.article_id
)

select * from entries_kept

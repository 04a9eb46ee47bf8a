-- depends_on: {{ ref('phase_news__02_scraping') }}
-- What keeps an article out whatever it tells: the first reason that holds.
with

this_run as (
    select * from {{ ref('int_news__run') }}
),

thresholds as (
    select * from {{ ref('news_thresholds') }}
),

articles as (
    select * from {{ ref('int_news__articles') }}
),

articles_with_reasons as (
    select
        articles.*,
        coalesce(articles.canonical_key, articles.url_key) as shared_key,
        case
            when articles.is_after_as_of then 'after_as_of'
            when articles.is_undated_at_first_fetch then 'undated_at_first_fetch'
            when articles.flags like '%"blocked"%' then 'blocked'
            when articles.kind <> 'article' then 'not_text'
            when not articles.is_article then 'not_article'
            when
                articles.language is not null
                and this_run.languages_read not like
                {{ dbt.concat(["'%\"'", "articles.language", "'\"%'"]) }}
                then 'language'
            when articles.text_from = 'title' then 'no_text'
            when articles.is_stub then 'stub'
            when
                articles.effective_at < {{ seconds_after(
                    'this_run.as_of', '-3600 * this_run.window_hours'
                ) }}
                then 'window'
        end as screened_because
    from articles
    cross join this_run
),

keys_counted as (
    select
        articles_with_reasons.shared_key,
        articles_with_reasons.lead_source,
        count(*) as article_count
    from articles_with_reasons
    group by articles_with_reasons.shared_key, articles_with_reasons.lead_source
),

-- a link to a page of links is no link to a story
keys_of_stories as (
    select keys_counted.shared_key
    from keys_counted
    inner join thresholds on thresholds.name = 'shared_key_articles'
    where length(split_part(keys_counted.shared_key, '/', 2)) > 0
    group by keys_counted.shared_key, thresholds.value
    having max(keys_counted.article_count) <= thresholds.value
),

articles_screened as (
    select
        articles_with_reasons.article_id,
        articles_with_reasons.lead_source,
        articles_with_reasons.host,
        keys_of_stories.shared_key as key,
        articles_with_reasons.screened_because,
        articles_with_reasons.source_weight as weight,
        cast(length(articles_with_reasons.text) as bigint) as characters,
        coalesce(
            articles_with_reasons.screened_because in ('no_text', 'stub', 'window'),
            true
        ) as is_in_a_story,
        coalesce(articles_with_reasons.screened_because = 'window', true)
            as is_compared,
        articles_with_reasons.effective_at
    from articles_with_reasons
    left join keys_of_stories
        on articles_with_reasons.shared_key = keys_of_stories.shared_key
)

select * from articles_screened

-- The stories that passed tier 1, with what tier 2 is shown of their leads.
-- depends_on: {{ ref('phase_news__03_tier1_filter') }}
with

this_run as (
    select * from {{ ref('int_news__run') }}
),

tier1 as (
    select * from {{ ref('int_news__tier1') }}
    where passed
),

stories as (
    select * from {{ ref('int_news__stories') }}
),

articles as (
    select * from {{ ref('int_news__articles') }}
),

openings as (
    select * from {{ ref('news_thresholds') }}
    where name = 'opening_characters'
),

least_texts as (
    select * from {{ ref('news_thresholds') }}
    where name = 'lead_characters'
),

stories_queued as (
    select
        this_run.run_id,
        tier1.story_id,
        tier1.article_id as lead_article_id,
        tier1.category as tier1_category,
        tier1.score as tier1_score,
        stories.host_count,
        articles.lead_source,
        articles.title,
        substr(articles.scored_text, 1, cast(openings.value as integer)) as opening,
        length(articles.scored_text) as characters,
        length(articles.scored_text) < least_texts.value as is_too_short,
        articles.effective_at
    from tier1
    cross join this_run
    cross join openings
    cross join least_texts
    inner join stories on tier1.story_id = stories.story_id
    inner join articles on tier1.article_id = articles.article_id
)

select * from stories_queued

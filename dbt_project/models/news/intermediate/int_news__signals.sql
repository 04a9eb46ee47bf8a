-- What phase 3 knows of an article that no hard rule keeps out, each from 0 to 1.
{% set limit_names = [
    'recency_half_life_hours', 'corroboration_hosts', 'length_characters', 'topic_hits'
] %}
with

this_run as (
    select * from {{ ref('int_news__run') }}
),

thresholds as (
    select * from {{ ref('news_thresholds') }}
),

screened as (
    select * from {{ ref('int_news__articles_screened') }}
),

measured as (
    select * from {{ ref('int_news__texts_measured') }}
),

members as (
    select * from {{ ref('int_news__story_articles') }}
),

stories as (
    select * from {{ ref('int_news__stories') }}
),

limits as (
    select
        {% for name in limit_names %}
        max(case when thresholds.name = '{{ name }}' then thresholds.value end)
            as {{ name }}{{ "," if not loop.last }}
        {% endfor %}
    from thresholds
),

signals as (
    select
        screened.article_id,
        members.story_id,
        measured.category,
        measured.topic_words,
        measured.title_faults,
        measured.topic_hits,
        screened.characters,
        stories.host_count,
        {{ seconds_between('screened.effective_at', 'this_run.as_of') }} / 3600.0
            as age_hours,
        least(1.0, measured.topic_hits / limits.topic_hits) as topic_signal,
        power(
            0.5,
            {{ seconds_between('screened.effective_at', 'this_run.as_of') }}
            / 3600.0
            / limits.recency_half_life_hours
        ) as recency_signal,
        screened.weight as source_signal,
        least(
            1.0, (stories.host_count - 1) / (limits.corroboration_hosts - 1)
        ) as corroboration_signal,
        measured.title_signal,
        least(1.0, screened.characters / limits.length_characters) as length_signal,
        0.5 as reader_signal
    from screened
    inner join measured on screened.article_id = measured.article_id
    inner join members on screened.article_id = members.article_id
    inner join stories on members.story_id = stories.story_id
    cross join limits
    cross join this_run
    where screened.screened_because is null
)

select * from signals

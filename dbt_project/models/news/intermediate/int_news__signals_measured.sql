-- What phase 3 knows of an article that no hard rule keeps out, each from 0 to 1.
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
        max(
            case
                when thresholds.name = 'recency_half_life_hours' then thresholds.value
            end
        ) as recency_half_life_hours,
        max(
            case when thresholds.name = 'corroboration_hosts' then thresholds.value end
        ) as corroboration_hosts,
        max(
            case when thresholds.name = 'length_characters' then thresholds.value end
        ) as length_characters,
        max(
            case when thresholds.name = 'topic_hits' then thresholds.value end
        ) as topic_hits
    from thresholds
),

ages as (
    select
        screened.article_id,
        cast(
            {{ seconds_between('screened.effective_at', 'this_run.as_of') }} / 3600
            as double
        ) as age_hours
    from screened
    cross join this_run
    where screened.screened_because is null
),

signals_measured as (
    select
        screened.article_id,
        members.story_id,
        measured.category,
        measured.topic_words,
        measured.title_faults,
        measured.topic_hits,
        screened.characters,
        stories.host_count,
        ages.age_hours,
        cast(least(1, measured.topic_hits / limits.topic_hits) as double)
            as topic_signal,
        cast(power(0.5, ages.age_hours / limits.recency_half_life_hours) as double)
            as recency_signal,
        screened.weight as source_signal,
        cast(
            least(1, (stories.host_count - 1) / (limits.corroboration_hosts - 1))
            as double
        ) as corroboration_signal,
        measured.title_signal,
        cast(least(1, screened.characters / limits.length_characters) as double)
            as length_signal,
        measured.reader_signal
    from screened
    inner join ages on screened.article_id = ages.article_id
    inner join measured on screened.article_id = measured.article_id
    inner join members on screened.article_id = members.article_id
    inner join stories on members.story_id = stories.story_id
    cross join limits
)

select * from signals_measured

-- Of each story the lead goes on, with the score of its own signals.
with

this_run as (
    select * from {{ ref('int_news__run') }}
),

weights as (
    select * from {{ ref('news_signal_weights') }}
),

screened as (
    select * from {{ ref('int_news__articles_screened') }}
),

copies as (
    select * from {{ ref('int_news__near_copies') }}
),

members as (
    select * from {{ ref('int_news__story_articles') }}
),

stories as (
    select * from {{ ref('int_news__stories') }}
),

signals as (
    select * from {{ ref('int_news__signals_measured') }}
),

weights_in_a_row as (
    select
        max(case when weights.signal = 'topic' then weights.weight end)
            as topic,
        max(case when weights.signal = 'recency' then weights.weight end)
            as recency,
        max(case when weights.signal = 'source' then weights.weight end)
            as source,
        max(case when weights.signal = 'corroboration' then weights.weight end)
            as corroboration,
        max(case when weights.signal = 'title' then weights.weight end)
            as title,
        max(case when weights.signal = 'length' then weights.weight end)
            as length,
        max(case when weights.signal = 'reader' then weights.weight end)
            as reader
    from weights
),

articles_scored as (
    select
        signals.article_id,
        10 * (
            weights_in_a_row.topic * signals.topic_signal
            + weights_in_a_row.recency * signals.recency_signal
            + weights_in_a_row.source * signals.source_signal
            + weights_in_a_row.corroboration * signals.corroboration_signal
            + weights_in_a_row.title * signals.title_signal
            + weights_in_a_row.length * signals.length_signal
            + weights_in_a_row.reader * signals.reader_signal
        ) as score
    from signals
    cross join weights_in_a_row
),

articles_decided as (
    select
        screened.article_id,
        members.story_id,
        stories.lead_article_id,
        copies.copy_of,
        articles_scored.score,
        case
            when screened.screened_because is not null then screened.screened_because
            when copies.copy_of is not null then 'near_copy'
            when stories.is_reported and not stories.is_update then 'already_reported'
            when stories.lead_article_id <> screened.article_id then 'same_story'
            when articles_scored.score < this_run.tier1_threshold then 'score'
        end as dropped_because
    from screened
    cross join this_run
    left join members on screened.article_id = members.article_id
    left join stories on members.story_id = stories.story_id
    left join copies on screened.article_id = copies.article_id
    left join articles_scored on screened.article_id = articles_scored.article_id
),

tier1 as (
    select
        this_run.run_id,
        articles_decided.article_id,
        articles_decided.story_id,
        articles_decided.dropped_because,
        case articles_decided.dropped_because
            when 'near_copy' then articles_decided.copy_of
            when 'same_story' then articles_decided.lead_article_id
        end as dropped_for,
        signals.category,
        signals.topic_words,
        signals.title_faults,
        signals.topic_hits,
        signals.characters,
        signals.host_count,
        signals.age_hours,
        signals.topic_signal,
        signals.recency_signal,
        signals.source_signal,
        signals.corroboration_signal,
        signals.title_signal,
        signals.length_signal,
        signals.reader_signal,
        articles_decided.score,
        articles_decided.dropped_because is null as passed
    from articles_decided
    cross join this_run
    left join signals on articles_decided.article_id = signals.article_id
)

select * from tier1

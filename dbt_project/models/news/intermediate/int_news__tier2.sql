-- Of the stories that were scored, those relevant enough go on, the best so many.
with

this_run as (
    select * from {{ ref('int_news__run') }}
),

queued as (
    select * from {{ ref('int_news__stories_queued') }}
),

scored as (
    select * from {{ ref('llm_news__relevance_scored') }}
),

limits as (
    select
        this_run.tier3_max,
        cast(
            {{
                json_text('this_run.config', 'report.thresholds.tier2_relevance')
            }} as double
        ) as least_relevance,
        cast(
            {{
                json_text('this_run.config', 'report.thresholds.tier2_promotional')
            }} as double
        ) as most_promotional
    from this_run
),

stories_judged as (
    select
        queued.*,
        scored.relevance,
        scored.category,
        scored.promotional,
        scored.confidence,
        coalesce(scored.status, 'not_asked') as status,
        scored.error,
        scored.call_id,
        scored.provider,
        scored.model,
        scored.prompt_tokens,
        scored.completion_tokens,
        scored.cost_usd,
        limits.tier3_max,
        case
            when queued.is_too_short then 'too_little_text'
            when scored.status = 'pending' then 'pending'
            when coalesce(scored.status, '') not in ('ok', 'repaired')
                then 'no_answer'
            when scored.relevance < limits.least_relevance then 'relevance'
            when scored.promotional > limits.most_promotional then 'promotional'
        end as judged_because
    from queued
    cross join limits
    left join scored on queued.story_id = scored.story_id
),

stories_by_relevance as (
    select
        stories_judged.*,
        row_number() over (
            partition by
                case when stories_judged.judged_because is null then 1 else 0 end
            order by
                stories_judged.relevance desc,
                stories_judged.tier1_score desc,
                stories_judged.effective_at desc,
                stories_judged.story_id asc
        ) as place
    from stories_judged
),

tier2 as (
    select
        stories_by_relevance.run_id,
        stories_by_relevance.story_id,
        stories_by_relevance.lead_article_id,
        stories_by_relevance.lead_source,
        stories_by_relevance.category,
        case
            when stories_by_relevance.judged_because is not null
                then stories_by_relevance.judged_because
            when stories_by_relevance.place > stories_by_relevance.tier3_max
                then 'beyond_tier3_max'
        end as dropped_because,
        stories_by_relevance.status,
        stories_by_relevance.error,
        stories_by_relevance.call_id,
        stories_by_relevance.provider,
        stories_by_relevance.model,
        stories_by_relevance.host_count,
        length(stories_by_relevance.title) + length(stories_by_relevance.opening)
            as shown_characters,
        stories_by_relevance.prompt_tokens,
        stories_by_relevance.completion_tokens,
        stories_by_relevance.tier1_score,
        stories_by_relevance.relevance,
        stories_by_relevance.promotional,
        stories_by_relevance.confidence,
        stories_by_relevance.cost_usd,
        stories_by_relevance.judged_because is null
        and stories_by_relevance.place <= stories_by_relevance.tier3_max as passed,
        stories_by_relevance.effective_at
    from stories_by_relevance
)

select * from tier2

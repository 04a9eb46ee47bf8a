"""What the news page asks. Released tables only; values are bound parameters only."""

REPORTS = """
select *
from news.reports
order by as_of desc, run_id desc
"""

ITEMS = """
select
    report_items.*,
    articles.published_at,
    stories.host_count
from news.report_items
left join news.articles on report_items.article_id = articles.article_id
left join news.stories on report_items.story_id = stories.story_id
where report_items.run_id = $run
order by report_items.rank
"""

SENTENCES = """
select story_id, n, sentence, passages
from news.analysis_sentences
where run_id = $run
order by story_id, n
"""

FUNNEL = """
select
    funnel.phase_number,
    funnel.phase_name,
    funnel.unit,
    funnel.input_count,
    funnel.output_count,
    funnel.reasons,
    funnel.cost_usd,
    round(spent.seconds, 1) as seconds
from news.funnel
left join (
    select phase, sum(seconds) as seconds
    from ops.node_runs
    where run_id = $run and domain = 'news'
    group by phase
) as spent on spent.phase = funnel.phase_number || ' ' || funnel.phase_name
where funnel.run_id = $run
order by funnel.phase_number
"""

AUDITS = """
select
    articles.title,
    articles.host,
    audits.dropped_phase,
    audits.dropped_because,
    audits.weighted_score,
    audits.is_lost,
    audits.status,
    audits.sample_count,
    audits.dropped_count,
    audits.lost_estimate,
    audits.lost_low,
    audits.lost_high
from news.audits
left join news.articles on audits.article_id = articles.article_id
where audits.run_id = $run
order by audits.is_lost desc, audits.weighted_score desc nulls last, audits.article_id
"""

LIMITS = """
select
    (select min(score) from news.tier1 where run_id = $run and passed) as least_score,
    (select count(*) from news.tier2 where run_id = $run and passed) as assessed_count,
    (select min(relevance) from news.tier2 where run_id = $run and passed) as least_relevance,
    (select count(*) from news.ranking where run_id = $run and selected) as selected_count,
    (
        select min(weighted_score) from news.ranking where run_id = $run and selected
    ) as least_weighted
"""

FOUND = """
select
    articles.article_id,
    articles.title,
    articles.url,
    articles.host,
    tier1.story_id,
    tier1.score,
    tier1.passed as tier1_passed,
    tier1.dropped_because as tier1_reason,
    coalesce(others.title, tier1.dropped_for) as dropped_for,
    tier2.relevance,
    tier2.category,
    tier2.passed as tier2_passed,
    tier2.dropped_because as tier2_reason,
    tier3.impact,
    tier3.novelty,
    tier3.credibility,
    tier3.timeliness,
    ranking.weighted_score,
    ranking.rank,
    ranking.selected,
    ranking.not_selected_because,
    report_items.rank as report_rank
from news.tier1
inner join news.articles on tier1.article_id = articles.article_id
left join news.articles as others on tier1.dropped_for = others.article_id
left join news.tier2 on tier1.run_id = tier2.run_id and tier1.story_id = tier2.story_id
left join news.tier3 on tier1.run_id = tier3.run_id and tier1.story_id = tier3.story_id
left join news.ranking on tier1.run_id = ranking.run_id and tier1.story_id = ranking.story_id
left join news.report_items
    on tier1.run_id = report_items.run_id and tier1.story_id = report_items.story_id
where
    tier1.run_id = $run
    and (
        contains(lower(articles.title), lower($text))
        or contains(lower(articles.url), lower($text))
        or articles.article_id = $text
        or tier1.story_id = $text
    )
order by report_rank nulls last, tier1.score desc nulls last, articles.article_id
limit 30
"""

SIGNALS = """
select *
from news.tier1
where run_id = $run and article_id = $article
"""

INVALID = """
select story_id, check_name, detail
from news.validations
where run_id = $run and is_blocking and not is_valid
"""

STORIES = """
select
    stories.story_id,
    articles.title,
    stories.host_count,
    stories.article_count,
    stories.first_at,
    stories.last_at,
    report_items.rank
from news.stories
left join news.articles on stories.lead_article_id = articles.article_id
left join news.report_items
    on stories.story_id = report_items.story_id and report_items.run_id = $run
where stories.story_id in (select story_id from news.tier1 where run_id = $run)
order by report_items.rank nulls last, stories.host_count desc, stories.story_id
"""

MEMBERS = """
select
    articles.title,
    articles.host,
    articles.url,
    articles.effective_at,
    articles.article_id
from news.story_articles
inner join news.articles on story_articles.article_id = articles.article_id
where story_articles.story_id = $story
order by articles.effective_at, articles.article_id
"""

HEALTH = """
select
    source,
    status,
    error,
    http_status,
    item_count,
    new_count,
    changed_count,
    rejected_count,
    byte_count,
    seconds,
    last_good_at,
    next_try_at
from news.source_health
where run_id = $run
order by status in ('ok', 'unchanged'), source
"""

FEEDBACK = """
select article_id, rater, rating, rated_at
from news.feedback
"""

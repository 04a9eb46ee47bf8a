select 'sources: ' || status as figure, count(*) as value
from news.source_health
group by status
union all
select 'fetches: ' || role || ', ' || status, count(*) from news.fetches group by role, status
union all
select 'articles, text from ' || text_from, count(*) from news.articles group by text_from
union all
select 'rejects: ' || reason, count(*) from news.rejects group by reason
union all
select 'tier 1: ' || coalesce(dropped_because, 'passed'), count(*)
from news.tier1
group by dropped_because
union all
select 'stories', count(*) from news.stories
union all
select 'tier 2: ' || coalesce(dropped_because, 'passed'), count(*)
from news.tier2
group by dropped_because
union all
select 'tier 3, mean credibility', avg(credibility) from news.tier3
union all
select 'ranking: ' || coalesce(not_selected_because, 'selected'), count(*)
from news.ranking
group by not_selected_because
union all
select 'analyses', count(*) from news.analyses
union all
select 'validations: ' || check_name || ', ' || outcome, count(*)
from news.validations
group by check_name, outcome
union all
select 'backgrounds', count(*) from news.backgrounds
union all
select 'report items', count(*) from news.report_items

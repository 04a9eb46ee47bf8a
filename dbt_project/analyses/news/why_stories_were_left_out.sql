-- Why is a story of a run not in its report: how far did it come, what stopped it?
select
    tier1.run_id,
    articles.title,
    tier1.score,
    tier1.dropped_because as tier1_reason,
    tier2.dropped_because as tier2_reason,
    ranking.rank,
    ranking.not_selected_because
from news.tier1
inner join news.articles on tier1.article_id = articles.article_id
left join news.tier2 on tier1.run_id = tier2.run_id and tier1.story_id = tier2.story_id
left join news.ranking
    on tier1.run_id = ranking.run_id and tier1.story_id = ranking.story_id
left join news.report_items as items
    on tier1.run_id = items.run_id and tier1.story_id = items.story_id
where items.story_id is null
order by tier1.run_id asc, tier1.score desc

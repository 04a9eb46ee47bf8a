-- What did each story of a run cost, from the first score to the text?
select
    costs.run_id,
    costs.story_id,
    costs.tokens,
    costs.cost_usd,
    items.rank,
    items.title
from news.article_costs as costs
left join news.report_items as items
    on costs.run_id = items.run_id and costs.story_id = items.story_id
order by costs.cost_usd desc, costs.story_id asc

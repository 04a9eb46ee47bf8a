-- Which sources answer, with how much that is new, and how long did it take?
select
    sources.source,
    sources.url,
    health.status,
    health.item_count,
    health.new_count,
    health.last_good_at,
    count(fetches.url) as fetch_count,
    sum(fetches.seconds) as seconds
from news.sources
inner join news.source_health as health
    on sources.source = health.source and sources.run_id = health.run_id
left join news.fetches
    on sources.source = fetches.source and sources.run_id = fetches.run_id
group by all
order by sources.source

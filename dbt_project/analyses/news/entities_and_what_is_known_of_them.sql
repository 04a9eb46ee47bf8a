-- Who and what is named in a report's articles, and what is known of it, from where?
select
    entities.name,
    entities.type,
    backgrounds.line,
    backgrounds.source,
    backgrounds.source_url,
    count(distinct article_entities.article_id) as article_count
from news.entities
inner join news.article_entities on entities.entity_id = article_entities.entity_id
left join news.backgrounds on entities.entity_id = backgrounds.entity_id
group by all
order by article_count desc, entities.name asc

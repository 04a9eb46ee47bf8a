-- Which lines do services write most, and on how many hosts and days?
select
    templates.source,
    templates.level,
    templates.template,
    templates.hosts,
    count(*) as event_count,
    count(distinct cast(events.logged_at as date)) as day_count,
    min(events.logged_at) as first_at,
    max(events.logged_at) as last_at
from knowledge.log_templates as templates
inner join knowledge.log_events as events on templates.template_id = events.template_id
group by templates.source, templates.level, templates.template, templates.hosts
order by event_count desc

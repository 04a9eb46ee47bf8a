-- Which log messages are errors, how often, and what was the last of each?
select
    templates.source,
    templates.template,
    templates.event_count,
    templates.last_at,
    templates.hosts,
    (
        select arg_max(coalesce(events.event, events.message), events.sequence)
        from knowledge.log_events as events
        where events.template_id = templates.template_id
    ) as last_event
from knowledge.log_templates as templates
where templates.level in ('ERROR', 'FATAL', 'CRITICAL')
order by templates.event_count desc, templates.template asc

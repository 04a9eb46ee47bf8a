-- Which objects were changed or deleted at their source, and when did we learn it?
select
    objects.source,
    objects.kind,
    objects.title,
    count(*) as version_count,
    min(objects.first_seen) as first_seen,
    max(objects.last_seen) as last_seen,
    arg_max(objects.deleted_why, objects.first_seen) as ended_because,
    any_value(objects.failure) as without_text_because
from knowledge.objects as objects
group by objects.source, objects.kind, objects.object_id, objects.title
having
    count(*) > 1
    or max(objects.deleted_at) is not null
    or any_value(objects.failure) is not null
order by last_seen desc, objects.source asc, objects.title asc

-- Which entries of feeds were refused, and why?
select
    source,
    reason,
    count(*) as row_count,
    any_value(error) as example
from news.rejects
group by source, reason
order by row_count desc, source asc, reason asc

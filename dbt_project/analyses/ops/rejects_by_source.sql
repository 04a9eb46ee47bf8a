-- How much of what each source delivered could not be used; reasons are in its rejects.
select
    loads.pipeline as product,
    loads.source,
    sum(loads.files) as file_count,
    sum(loads.rows) as accepted_count,
    sum(loads.rejects) as reject_count,
    round(
        sum(loads.rejects) / nullif(sum(loads.rows) + sum(loads.rejects), 0), 4
    ) as rejected_share,
    max(loads.landed_at) as last_landed_at
from ops.loads
group by loads.pipeline, loads.source
order by rejected_share desc nulls last, loads.pipeline asc, loads.source asc

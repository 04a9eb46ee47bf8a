-- What became of the files of each source: which rows count, and where others went.
select
    files.source,
    files.status,
    count(*) as file_count,
    sum(files.rows_in) as rows_in,
    sum(files.rows_accepted) as rows_accepted,
    sum(files.rows_duplicate) as rows_duplicate,
    sum(files.rows_superseded) as rows_superseded,
    sum(files.rows_rejected) as rows_rejected,
    max(files.landed_at) as last_landed_at
from telemetry.files
group by files.source, files.status
order by files.source asc, files.status asc

-- Why parts of delivered studies could not be used, by study.
select
    rejects.source,
    rejects.reason,
    count(*) as reject_count,
    count(distinct rejects.file_hash) as file_count,
    min(rejects.error) as example,
    max(rejects.rejected_at) as last_rejected_at
from experiments.rejects
group by rejects.source, rejects.reason
order by reject_count desc, rejects.source asc, rejects.reason asc

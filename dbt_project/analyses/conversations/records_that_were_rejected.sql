-- Why records of delivered files are no conversations, by dataset.
select
    rejects.source,
    rejects.reason,
    count(*) as reject_count,
    count(distinct rejects.file_hash) as file_count,
    min(rejects.error) as example,
    max(rejects.rejected_at) as last_rejected_at
from conversations.rejects
group by rejects.source, rejects.reason
order by reject_count desc, rejects.source asc, rejects.reason asc

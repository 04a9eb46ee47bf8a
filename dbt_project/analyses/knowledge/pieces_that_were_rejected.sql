-- Which pieces of exports could not be used, and why?
select
    rejects.source,
    rejects.reason,
    count(*) as piece_count,
    any_value(rejects.source_file) as for_example,
    any_value(rejects.error) as error,
    max(syncs.exported_at) as newest_export_at
from knowledge.rejects as rejects
left join knowledge.sources as sources on rejects.source = sources.source
left join knowledge.syncs as syncs on sources.last_sync_id = syncs.sync_id
group by rejects.source, rejects.reason
order by piece_count desc

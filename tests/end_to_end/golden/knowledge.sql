select 'syncs: ' || source || ', new' as figure, sum(new) as value
from knowledge.syncs
group by source
union all
select 'syncs: ' || source || ', changed', sum(changed) from knowledge.syncs group by source
union all
select 'syncs: ' || source || ', gone', sum(gone) from knowledge.syncs group by source
union all
select 'rejects: ' || reason, count(*) from knowledge.rejects group by reason
union all
select 'objects: ' || kind, count(distinct object_id) from knowledge.objects group by kind
union all
select 'objects without a text', count(*) from knowledge.objects where failure is not null
union all
select 'documents: ' || kind || if(is_current, ', in force', ', former'), count(*)
from knowledge.documents
group by kind, is_current
union all
select 'characters of texts', sum(length(text)) from knowledge.documents
union all
select 'intervals that ended: ' || withdrawn_because, count(*)
from knowledge.corpus_members
where withdrawn_because is not null
group by withdrawn_because
union all
select 'messages', count(distinct native_id) from knowledge.messages
union all
select 'links: ' || if(target_object_id is null, 'out of the corpus', 'inside'), count(*)
from knowledge.links
group by target_object_id is null
union all
select 'log events', count(*) from knowledge.log_events
union all
select 'log templates', count(*) from knowledge.log_templates
union all
select 'chunks: ' || chunker_id, count(*) from knowledge.chunks group by chunker_id
union all
select 'facts', count(*) from knowledge.facts
union all
select 'entities', count(distinct entity_id) from knowledge.entities
union all
select 'edges: ' || ontology_id, count(*)
from knowledge.edges
inner join (select distinct graph_id, ontology_id from knowledge.grid_cells) using (graph_id)
group by ontology_id
union all
select 'conflicts', count(*) from knowledge.conflicts

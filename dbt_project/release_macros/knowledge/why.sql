-- Why an edge is there: its facts with their words, where they stand, and the call that read them.
create or replace macro knowledge.why(edge, cell := null) as table
with

chosen as (
    select graph_id
    from knowledge.grid_cells
    where case when cell is null then released else cell_id = cell end
    order by released desc, grid_id asc
    limit 1
)

select
    facts.fact_id,
    facts.subject_name,
    facts.predicate,
    coalesce(facts.object_name, facts.value) as object_name,
    case
        when facts.field is null
            then substring(
                documents.text,
                facts.evidence_start + 1,
                facts.evidence_end - facts.evidence_start
            )
        else facts.field || ': ' || facts.value
    end as words,
    facts.field,
    facts.evidence_start,
    facts.evidence_end,
    facts.said_at,
    facts.valid_from,
    support.known_from,
    support.known_to,
    documents.source,
    documents.title,
    documents.uri,
    facts.object_id,
    facts.version,
    facts.extractor_id,
    facts.call_id,
    objects.blob_hash,
    objects.locator,
    facts.tier
from knowledge.edge_support as support
inner join chosen on support.graph_id = chosen.graph_id
inner join knowledge.facts as facts on support.fact_id = facts.fact_id
left join knowledge.documents as documents
    on facts.object_id = documents.object_id and facts.version = documents.version
left join knowledge.objects as objects
    on facts.object_id = objects.object_id and facts.version = objects.version
where support.edge_id = edge
order by support.known_to is null desc, facts.said_at, facts.fact_id;

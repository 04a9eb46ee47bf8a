-- What do documents say that a version of the ontology has no place for, and how many
-- types did nobody ask for?
select
    misfits.ontology_id,
    versions.change_count,
    misfits.reason,
    count(*) as fact_count,
    min(facts.predicate) as for_example,
    (
        select count(*) from knowledge.coverage as coverage
        where coverage.graph_id = misfits.graph_id and coverage.state = 'gap'
    ) as types_nobody_asked_for
from knowledge.ontology_misfits as misfits
inner join knowledge.ontology_versions as versions
    on misfits.ontology_id = versions.ontology_id
inner join knowledge.facts as facts on misfits.fact_id = facts.fact_id
group by misfits.graph_id, misfits.ontology_id, versions.change_count, misfits.reason
order by fact_count desc

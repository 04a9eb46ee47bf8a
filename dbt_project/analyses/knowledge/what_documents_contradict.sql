-- Which statements say different values of one time, and in which words?
select
    conflicts.relation,
    facts.subject_name,
    facts.value as one_value,
    others.value as other_value,
    facts.said_at as one_said_at,
    others.said_at as other_said_at,
    conflicts.valid_from,
    conflicts.valid_to,
    conflicts.known_to is null as is_known_now
from knowledge.conflicts as conflicts
inner join knowledge.current as cell on conflicts.graph_id = cell.graph_id
inner join knowledge.facts as facts on conflicts.fact_id = facts.fact_id
inner join knowledge.facts as others on conflicts.other_fact_id = others.fact_id
order by conflicts.valid_from desc

-- How many of an extractor's statements stand in their texts, how many become facts?
select
    statements.extractor_id,
    count(distinct statements.text_hash || statements.ordinal) as statement_count,
    count(distinct statements.text_hash || statements.ordinal) filter (
        where statements.found = 'unfounded'
    ) as unfounded_count,
    count(distinct shown.fact_id) as fact_count,
    (
        select count(*) from knowledge.mentions as mentions
        where mentions.extractor_id = statements.extractor_id
    ) as mention_count
from knowledge.statements as statements
left join knowledge.fact_chunks as shown
    on
        statements.text_hash = shown.text_hash
        and statements.extractor_id = shown.extractor_id
        and statements.ordinal = shown.ordinal
group by statements.extractor_id
order by statements.extractor_id

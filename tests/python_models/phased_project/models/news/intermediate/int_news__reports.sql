{{ config(meta={"phase": "10 final_report"}) }}
-- depends_on: {{ ref("phase_news__06_ranking") }}
select
    ranking.run_id,
    any_value(this_run.as_of) as as_of,
    '# Report' || chr(10) || string_agg(ranking.rank || '. ' || ranking.thing_id, chr(10) order by ranking.rank)
        as markdown
from {{ ref("int_news__ranking") }} as ranking
cross join {{ ref("int_news__run") }} as this_run
group by ranking.run_id

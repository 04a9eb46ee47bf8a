{{ config(meta={"phase": "3 tier1_filter"}) }}
-- depends_on: {{ ref("phase_news__02_scraping") }}
select
    articles.run_id,
    articles.thing_id,
    articles.value * {{ env_var("TINY_FACTOR", "1") }} as score,
    articles.value * {{ env_var("TINY_FACTOR", "1") }} > 1 as passed,
    coalesce(before.score, 0) as score_before,
    'm-' || articles.run_id || '-' || articles.thing_id as machine,
    'The pump hums.' as note
from {{ ref("int_news__articles") }} as articles
left join {{ previous_phase_rows("news", "tier1_filter", "tier1", {"thing_id": "bigint", "score": "double"}) }} as before
    on articles.thing_id = before.thing_id
order by articles.thing_id

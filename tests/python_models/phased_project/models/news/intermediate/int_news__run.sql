{{ config(meta={"phase": "1 initialization"}) }}
select *
from {{ ref("stg_news__runs") }}
where run_id = (
    {% if var("news_run", none) %} '{{ var("news_run") }}'
    {% else %} select max_by(run_id, as_of) from {{ ref("stg_news__runs") }}
    {% endif %}
)

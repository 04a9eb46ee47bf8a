{{ config(meta={"phase": "10 final_report", "release": {"key": ["run_id", "thing_id"]}}) }}
-- depends_on: {{ ref("phase_news__10_final_report") }}
select run_id, thing_id, score, score_before from {{ ref("int_news__tier1") }}
union all
select run_id, thing_id, score, score_before
from {{ phase_rows("news", "tier1_filter", "tier1", {"thing_id": "bigint", "score": "double", "score_before": "double"}) }}

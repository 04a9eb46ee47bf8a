{{ config(materialized=as_view()) }}
-- What came of the planned evaluations, typed; see the macro for what is sorted out.
{{ generations_checked('llm_experiments__evaluations_judged', 'evaluation') }}

{{ config(materialized=as_view()) }}
-- What came of the planned drafts, typed; see the macro for what is sorted out.
{{ generations_checked('llm_experiments__drafts_written', 'draft') }}

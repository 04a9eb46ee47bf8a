{{ config(materialized=as_view()) }}
-- What came of the planned essays, typed; see the macro for what is sorted out.
{{ generations_checked(
    'llm_experiments__essays_written', 'essay', 'int_experiments__imports_listed'
) }}

{{ config(materialized=as_view()) }}
-- What came of the planned questions about pairs, typed; see the macro for what is
-- sorted out.
-- depends_on: {{ ref('int_experiments__pairs_planned') }}
{{ generations_checked(
    'llm_experiments__pairs_judged', 'comparison',
    planned='int_experiments__pairs_planned'
) }}

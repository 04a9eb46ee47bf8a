-- depends_on: {{ ref('gate_knowledge__after_llm') }}
with

graph_rows as (
    select * from {{ ref('int_knowledge__graphs_projected') }}
    where row_kind = 'misfit'
),

graphs as (
    select distinct
        graph_id,
        ontology_id
    from {{ ref('int_knowledge__cells') }}
),

ontology_misfits as (
    select
        graph_rows.graph_id,
        graph_rows.fact_id,
        graphs.ontology_id,
        graph_rows.reason
    from graph_rows
    inner join graphs on graph_rows.graph_id = graphs.graph_id
)

select * from ontology_misfits

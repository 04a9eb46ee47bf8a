-- depends_on: {{ ref('gate_knowledge__after_llm') }}
with

graph_rows as (
    select * from {{ ref('int_knowledge__graphs_projected') }}
    where row_kind = 'support'
),

edge_support as (
    select
        graph_rows.graph_id,
        graph_rows.edge_id,
        graph_rows.fact_id,
        graph_rows.tier,
        graph_rows.known_from,
        graph_rows.known_to
    from graph_rows
)

select * from edge_support

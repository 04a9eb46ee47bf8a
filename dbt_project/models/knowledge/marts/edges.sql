-- depends_on: {{ ref('gate_knowledge__after_llm') }}
with

graph_rows as (
    select * from {{ ref('int_knowledge__graphs_projected') }}
    where row_kind = 'edge'
),

edges as (
    select
        graph_rows.graph_id,
        graph_rows.edge_id,
        graph_rows.subject_id,
        graph_rows.relation,
        graph_rows.object_id,
        graph_rows.value,
        graph_rows.validity,
        graph_rows.tier,
        graph_rows.confidence,
        graph_rows.fact_count,
        graph_rows.valid_from,
        graph_rows.valid_to,
        graph_rows.known_from,
        graph_rows.known_to
    from graph_rows
)

select * from edges

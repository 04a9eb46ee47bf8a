-- depends_on: {{ ref('gate_knowledge__after_llm') }}
with

graph_rows as (
    select * from {{ ref('int_knowledge__graphs_projected') }}
    where row_kind = 'node'
),

nodes as (
    select
        graph_rows.graph_id,
        graph_rows.entity_id,
        graph_rows.type,
        graph_rows.name,
        graph_rows.attributes,
        graph_rows.tier,
        graph_rows.valid_from,
        graph_rows.valid_to,
        graph_rows.known_from,
        graph_rows.known_to
    from graph_rows
)

select * from nodes

-- depends_on: {{ ref('gate_knowledge__after_llm') }}
with

graph_rows as (
    select * from {{ ref('int_knowledge__graphs_projected') }}
    where row_kind = 'community'
),

communities as (
    select
        graph_rows.graph_id,
        graph_rows.community_id,
        graph_rows.attributes as members,
        graph_rows.fact_count as edge_count,
        graph_rows.tier
    from graph_rows
)

select * from communities

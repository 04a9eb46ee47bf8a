-- depends_on: {{ ref('gate_knowledge__after_llm') }}
with

graph_rows as (
    select * from {{ ref('int_knowledge__graphs_projected') }}
    where row_kind = 'community'
),

summaries as (
    select * from {{ ref('llm_knowledge__communities_summarised') }}
    where status in ('ok', 'repaired')
),

communities as (
    select
        graph_rows.graph_id,
        graph_rows.community_id,
        summaries.title,
        summaries.summary,
        graph_rows.attributes as members,
        summaries.call_id,
        graph_rows.fact_count as edge_count,
        graph_rows.tier
    from graph_rows
    left join summaries on graph_rows.community_id = summaries.community_id
)

select * from communities

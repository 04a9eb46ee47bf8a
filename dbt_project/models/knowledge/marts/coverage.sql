-- depends_on: {{ ref('gate_knowledge__after_llm') }}
with

graph_rows as (
    select * from {{ ref('int_knowledge__graphs_projected') }}
    where row_kind = 'coverage'
),

graphs as (
    select distinct
        graph_id,
        ontology_id,
        extractor_id
    from {{ ref('int_knowledge__cells') }}
),

coverage as (
    select
        graph_rows.graph_id,
        graph_rows.type,
        graphs.ontology_id,
        graphs.extractor_id,
        graph_rows.reason as state,
        graph_rows.attributes as candidates,
        graph_rows.fact_count as node_count,
        cast(graph_rows.confidence as bigint) as mention_count
    from graph_rows
    inner join graphs on graph_rows.graph_id = graphs.graph_id
)

select * from coverage

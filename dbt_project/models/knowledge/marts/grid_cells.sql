-- depends_on: {{ ref('gate_knowledge__after_staging') }}
with

cells as (
    select
        cells.grid_id,
        cells.cell_id,
        cells.corpus_id,
        cells.chunker_id,
        cells.embedder_id,
        cells.extractor_id,
        cells.resolver_id,
        cells.ontology_id,
        cells.resolution_id,
        cells.graph_id,
        cells.released
    from {{ ref('int_knowledge__cells') }} as cells
)

select * from cells

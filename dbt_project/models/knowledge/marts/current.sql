with

cells as (
    select * from {{ ref('grid_cells') }}
),

current_cell as (
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
        cells.graph_id
    from cells
    where cells.released
)

select * from current_cell

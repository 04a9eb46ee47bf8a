{{ config(materialized=as_view()) }}
-- depends_on: {{ ref('gate_knowledge__after_landing') }}
with

grid_cells as (
    select * from {{ source('raw_knowledge', 'grid_cells') }}
),

grid_cells_by_age as (
    select
        grid_cells.*,
        max(grid_cells.load_id) over (partition by grid_cells.grid_id) as newest_load_id
    from grid_cells
),

grid_cells_in_force as (
    select
        grid_cells_by_age.load_id,
        grid_cells_by_age.grid_id,
        grid_cells_by_age.cell_id,
        grid_cells_by_age.corpus,
        grid_cells_by_age.chunker,
        grid_cells_by_age.embedder,
        grid_cells_by_age.extractor,
        grid_cells_by_age.resolver,
        grid_cells_by_age.ontology,
        grid_cells_by_age.released,
        grid_cells_by_age.position
    from grid_cells_by_age
    where grid_cells_by_age.load_id = grid_cells_by_age.newest_load_id
)

select * from grid_cells_in_force

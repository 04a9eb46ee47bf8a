with

cells as (
    select * from {{ ref('grid_cells') }}
),

questions as (
    select
        stg_questions.grid_id,
        count(*) as question_count
    from {{ ref('stg_knowledge__questions') }} as stg_questions
    group by stg_questions.grid_id
),

cells_counted as (
    select
        cells.grid_id,
        max(case when cells.released then cells.cell_id end) as released_cell,
        count(*) as cell_count,
        count(distinct cells.chunker_id) as chunker_count,
        count(distinct cells.graph_id) as graph_count
    from cells
    group by cells.grid_id
),

grids as (
    select
        cells_counted.grid_id,
        cells_counted.released_cell,
        cells_counted.cell_count,
        cells_counted.chunker_count,
        cells_counted.graph_count,
        coalesce(questions.question_count, 0) as question_count
    from cells_counted
    left join questions on cells_counted.grid_id = questions.grid_id
)

select * from grids

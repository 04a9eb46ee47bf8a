with

questions_released as (
    select
        questions.grid_id,
        questions.cell_id,
        questions.question_id,
        questions.question,
        questions.answer,
        questions.gold_spans,
        questions.missing_references,
        questions.first_rank,
        questions.recall_at_5,
        questions.recall_at_10,
        questions.reciprocal_rank,
        questions.ndcg_at_10,
        questions.precision_at_5,
        questions.iou_at_5
    from {{ ref('int_knowledge__questions_measured') }} as questions
)

select * from questions_released

{{ config(materialized=as_view()) }}
-- depends_on: {{ ref('gate_knowledge__after_landing') }}
with

questions as (
    select * from {{ source('raw_knowledge', 'questions') }}
),

questions_by_age as (
    select
        questions.*,
        max(questions.load_id) over (partition by questions.grid_id) as newest_load_id
    from questions
),

questions_in_force as (
    select
        questions_by_age.load_id,
        questions_by_age.grid_id,
        questions_by_age.question_id,
        questions_by_age.question,
        questions_by_age.answer,
        questions_by_age.reference_list
    from questions_by_age
    where questions_by_age.load_id = questions_by_age.newest_load_id
)

select * from questions_in_force

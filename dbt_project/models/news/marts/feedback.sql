-- depends_on: {{ ref('gate_news__after_staging') }}
with

feedback as (
    select * from {{ ref('stg_news__feedback') }}
),

feedback_by_place as (
    select
        feedback.article_id,
        feedback.rater,
        feedback.rating,
        feedback.note,
        feedback.run_id as landed_run_id,
        feedback.rated_at,
        row_number() over (
            partition by feedback.article_id, feedback.rater, feedback.rated_at
            order by feedback.load_id
        ) as place
    from feedback
),

feedback_once as (
    select
        feedback_by_place.article_id,
        feedback_by_place.rater,
        feedback_by_place.rating,
        feedback_by_place.note,
        feedback_by_place.landed_run_id,
        feedback_by_place.rated_at
    from feedback_by_place
    where feedback_by_place.place = 1
)

select * from feedback_once

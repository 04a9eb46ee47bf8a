{{ config(materialized=as_view()) }}
-- depends_on: {{ ref('gate_news__after_landing') }}
with

feedback as (
    select * from {{ source('raw_news', 'feedback') }}
),

ratings_named as (
    select
        feedback.load_id,
        feedback.run_id,
        feedback.article_id,
        feedback.rater,
        feedback.rating,
        feedback.note,
        feedback.rated_at
    from feedback
)

select * from ratings_named

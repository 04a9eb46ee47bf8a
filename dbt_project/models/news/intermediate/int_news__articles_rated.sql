-- What readers have said by the run's beginning, with all that their word bears on, as
-- runs before this one have kept it.
with

this_run as (
    select * from {{ ref('int_news__run') }}
),

runs as (
    select * from {{ ref('stg_news__runs') }}
),

feedback as (
    select * from {{ ref('stg_news__feedback') }}
),

article_sources as (
    select * from {{ phase_rows('news', 'scraping', 'article_sources', {
        'article_id': 'varchar', 'source': 'varchar'
    }) }} as article_sources
),

tier1 as (
    select * from {{ phase_rows('news', 'tier1_filter', 'tier1', {
        'article_id': 'varchar', 'category': 'varchar'
    }) }} as tier1
),

embedded as (
    select * from {{ phase_rows('news', 'tier1_filter', 'articles_embedded', {
        'article_id': 'varchar', 'names': 'varchar'
    }) }} as embedded
),

runs_before as (
    select
        runs.run_id,
        runs.started_at
    from runs
    inner join this_run on runs.started_at <= this_run.started_at
),

ratings_by_age as (
    select
        feedback.article_id,
        feedback.rater,
        feedback.rating,
        feedback.rated_at,
        row_number() over (
            partition by feedback.article_id, feedback.rater
            order by feedback.rated_at desc, feedback.rating asc
        ) as place
    from feedback
    inner join runs_before on feedback.run_id = runs_before.run_id
    cross join this_run
    where this_run.with_feedback
),

subjects as (
    select
        tier1.article_id,
        max_by(tier1.category, runs_before.started_at) as category,
        max_by(embedded.names, runs_before.started_at) as names
    from tier1
    inner join runs_before on tier1.run_id = runs_before.run_id
    left join embedded
        on
            tier1.article_id = embedded.article_id
            and tier1.run_id = embedded.run_id
    group by tier1.article_id
),

sources as (
    select distinct
        article_sources.article_id,
        article_sources.source
    from article_sources
    inner join runs_before on article_sources.run_id = runs_before.run_id
),

articles_rated as (
    select
        ratings_by_age.article_id,
        ratings_by_age.rater,
        sources.source,
        subjects.category,
        subjects.names,
        ratings_by_age.rating,
        ratings_by_age.rated_at
    from ratings_by_age
    left join sources on ratings_by_age.article_id = sources.article_id
    left join subjects on ratings_by_age.article_id = subjects.article_id
    where ratings_by_age.place = 1
)

select * from articles_rated

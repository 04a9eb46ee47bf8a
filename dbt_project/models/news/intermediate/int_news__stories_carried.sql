-- The stories of the run before, with what its report has said of them; those that
-- nothing joined for long are let go.
-- depends_on: {{ ref('phase_news__02_scraping') }}
with

this_run as (
    select * from {{ ref('int_news__run') }}
),

thresholds as (
    select * from {{ ref('news_thresholds') }}
),

stories as (
    select * from {{ previous_phase_rows('news', 'tier1_filter', 'stories', {
        'story_id': 'varchar', 'merged_into': 'varchar',
        'names': 'varchar', 'numbers': 'varchar', 'reported_run_id': 'varchar',
        'reported_names': 'varchar', 'reported_numbers': 'varchar',
        'reported_host_count': 'bigint', 'host_count': 'bigint'
    }) }} as stories
),

vectors as (
    select * from {{ previous_phase_rows('news', 'tier1_filter', 'story_vectors', {
        'story_id': 'varchar', 'vector': 'varchar', 'article_count': 'bigint',
        'first_at': 'timestamp', 'last_at': 'timestamp'
    }) }} as vectors
),

report_items as (
    select * from {{ previous_phase_rows('news', 'final_report', 'report_items', {
        'story_id': 'varchar'
    }) }} as report_items
),

reported as (
    select distinct report_items.story_id from report_items
),

stories_carried as (
    select
        stories.story_id,
        stories.merged_into,
        stories.names,
        stories.numbers,
        case
            when reported.story_id is null then stories.reported_run_id
            else stories.run_id
        end as reported_run_id,
        case
            when reported.story_id is null then stories.reported_names
            else stories.names
        end as reported_names,
        case
            when reported.story_id is null then stories.reported_numbers
            else stories.numbers
        end as reported_numbers,
        vectors.vector,
        case
            when reported.story_id is null then stories.reported_host_count
            else stories.host_count
        end as reported_host_count,
        vectors.article_count,
        vectors.first_at,
        vectors.last_at
    from stories
    inner join vectors on stories.story_id = vectors.story_id
    left join reported on stories.story_id = reported.story_id
    cross join this_run
    inner join thresholds on thresholds.name = 'story_memory_hours'
    where
        vectors.last_at
        >= {{ seconds_after('this_run.as_of', '-3600 * thresholds.value') }}
)

select * from stories_carried

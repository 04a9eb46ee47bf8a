with

stories_of_all_runs as (
    select * from {{ news_newest_rows(
        ref('int_news__stories'), 'tier1_filter', 'stories',
        key=['story_id'],
        columns={
            'story_id': 'varchar',
            'lead_article_id': 'varchar',
            'merged_into': 'varchar',
            'update_of': 'varchar',
            'new_in_it': 'varchar',
            'names': 'varchar',
            'numbers': 'varchar',
            'reported_run_id': 'varchar',
            'article_count': 'bigint',
            'host_count': 'bigint',
            'is_reported': 'boolean',
            'is_update': 'boolean',
            'first_at': 'timestamp',
            'last_at': 'timestamp'
        }
    ) }} as newest_rows
)

select * from stories_of_all_runs

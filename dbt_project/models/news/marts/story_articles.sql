with

story_articles_of_all_runs as (
    select * from {{ news_newest_rows(
        ref('int_news__story_articles'), 'tier1_filter', 'story_articles',
        key=['article_id'],
        columns={
            'story_id': 'varchar',
            'article_id': 'varchar',
            'joined_run_id': 'varchar',
            'joined_by': 'varchar',
            'began_as': 'varchar',
            'key': 'varchar',
            'host': 'varchar',
            'similarity': 'double',
            'effective_at': 'timestamp'
        }
    ) }} as newest_rows
)

select * from story_articles_of_all_runs

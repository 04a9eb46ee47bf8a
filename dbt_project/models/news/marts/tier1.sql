with

tier1_of_all_runs as (
    select * from {{ news_newest_rows(
        ref('int_news__tier1'), 'tier1_filter', 'tier1',
        key=['run_id', 'article_id'],
        columns={
            'run_id': 'varchar',
            'article_id': 'varchar',
            'story_id': 'varchar',
            'dropped_because': 'varchar',
            'dropped_for': 'varchar',
            'category': 'varchar',
            'topic_words': 'varchar',
            'title_faults': 'varchar',
            'topic_hits': 'bigint',
            'characters': 'bigint',
            'host_count': 'bigint',
            'age_hours': 'double',
            'topic_signal': 'double',
            'recency_signal': 'double',
            'source_signal': 'double',
            'corroboration_signal': 'double',
            'title_signal': 'double',
            'length_signal': 'double',
            'reader_signal': 'double',
            'score': 'double',
            'passed': 'boolean'
        }
    ) }} as newest_rows
)

select * from tier1_of_all_runs

with

sources_of_all_runs as (
    select * from {{ news_newest_rows(
        ref('int_news__sources_asked'), 'scraping', 'sources_asked',
        key=['source'],
        columns={
            'source': 'varchar',
            'run_id': 'varchar',
            'url': 'varchar',
            'kind': 'varchar',
            'language': 'varchar',
            'categories': 'varchar',
            'status': 'varchar',
            'error': 'varchar',
            'http_status': 'bigint',
            'item_count': 'bigint',
            'failure_count': 'bigint',
            'weight': 'double',
            'has_failed': 'boolean',
            'last_good_at': 'timestamp',
            'next_try_at': 'timestamp'
        }
    ) }} as newest_rows
)

select * from sources_of_all_runs

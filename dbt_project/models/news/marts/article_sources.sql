with

article_sources_of_all_runs as (
    select * from {{ news_newest_rows(
        ref('int_news__article_sources'), 'scraping', 'article_sources',
        key=['article_id', 'source'],
        columns={
            'article_id': 'varchar',
            'source': 'varchar',
            'identity': 'varchar',
            'identity_kind': 'varchar',
            'guid': 'varchar',
            'url': 'varchar',
            'url_key': 'varchar',
            'title': 'varchar',
            'author': 'varchar',
            'summary': 'varchar',
            'entry_categories': 'varchar',
            'language': 'varchar',
            'kind': 'varchar',
            'flags': 'varchar',
            'first_run_id': 'varchar',
            'weight': 'double',
            'title_is_made': 'boolean',
            'is_first_good_fetch': 'boolean',
            'published_at': 'timestamp',
            'effective_at': 'timestamp',
            'first_seen_at': 'timestamp'
        }
    ) }} as newest_rows
)

select * from article_sources_of_all_runs

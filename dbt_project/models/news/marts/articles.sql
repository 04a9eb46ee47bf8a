with

articles_of_all_runs as (
    select * from {{ news_newest_rows(
        ref('int_news__articles'), 'scraping', 'articles',
        key=['article_id'],
        columns={
            'article_id': 'varchar',
            'first_run_id': 'varchar',
            'lead_source': 'varchar',
            'url': 'varchar',
            'url_key': 'varchar',
            'canonical_url': 'varchar',
            'canonical_key': 'varchar',
            'host': 'varchar',
            'title': 'varchar',
            'text': 'varchar',
            'text_from': 'varchar',
            'text_hash': 'varchar',
            'summary': 'varchar',
            'author': 'varchar',
            'language': 'varchar',
            'kind': 'varchar',
            'flags': 'varchar',
            'page_status': 'varchar',
            'version': 'bigint',
            'scored_version': 'bigint',
            'source_count': 'bigint',
            'source_weight': 'double',
            'title_is_made': 'boolean',
            'is_article': 'boolean',
            'is_stub': 'boolean',
            'is_after_as_of': 'boolean',
            'published_at': 'timestamp',
            'effective_at': 'timestamp',
            'first_seen_at': 'timestamp'
        }
    ) }} as newest_rows
)

select * from articles_of_all_runs

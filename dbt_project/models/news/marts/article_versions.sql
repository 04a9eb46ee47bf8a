with

article_versions_of_all_runs as (
    select * from {{ news_newest_rows(
        ref('int_news__article_versions'), 'scraping', 'article_versions',
        key=['article_id', 'version'],
        columns={
            'article_id': 'varchar',
            'since_run_id': 'varchar',
            'title': 'varchar',
            'text': 'varchar',
            'text_from': 'varchar',
            'text_hash': 'varchar',
            'version': 'bigint',
            'scored_version': 'bigint',
            'changed_share': 'double',
            'title_is_made': 'boolean',
            'is_article': 'boolean',
            'is_stub': 'boolean'
        }
    ) }} as newest_rows
)

select * from article_versions_of_all_runs

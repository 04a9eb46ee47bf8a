with

passages_of_all_runs as (
    select * from {{ news_newest_rows(
        ref('int_news__passages'), 'scraping', 'passages',
        key=['article_id', 'version', 'passage_no'],
        columns={
            'article_id': 'varchar',
            'passage_id': 'varchar',
            'text': 'varchar',
            'version': 'bigint',
            'passage_no': 'bigint'
        }
    ) }} as newest_rows
)

select * from passages_of_all_runs

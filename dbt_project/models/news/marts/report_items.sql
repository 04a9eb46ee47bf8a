-- depends_on: {{ ref('gate_news__after_llm') }}
with

report_items_of_all_runs as (
    select * from {{ news_newest_rows(
        ref('int_news__report_items'), 'final_report', 'report_items',
        key=['run_id', 'rank'],
        columns={
            'run_id': 'varchar',
            'rank': 'bigint',
            'story_id': 'varchar',
            'article_id': 'varchar',
            'title': 'varchar',
            'url': 'varchar',
            'host': 'varchar',
            'source': 'varchar',
            'category': 'varchar',
            'published_at': 'timestamp',
            'score': 'double',
            'ranked': 'bigint',
            'why': 'varchar',
            'update_of': 'varchar',
            'text': 'varchar',
            'sentences': 'varchar',
            'sources': 'varchar',
            'backgrounds': 'varchar',
            'disputed': 'varchar',
            'cost_usd': 'double'
        }
    ) }} as newest_rows
)

select * from report_items_of_all_runs

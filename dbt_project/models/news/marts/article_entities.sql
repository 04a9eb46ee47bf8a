-- depends_on: {{ ref('gate_news__after_llm') }}
with

article_entities_of_all_runs as (
    select * from {{ news_newest_rows(
        ref('int_news__article_entities'), 'enrichment', 'article_entities',
        key=['article_id', 'entity_id'],
        columns={
            'article_id': 'varchar',
            'entity_id': 'varchar',
            'name': 'varchar',
            'mention_count': 'bigint',
            'spans': 'varchar'
        }
    ) }} as newest_rows
)

select * from article_entities_of_all_runs

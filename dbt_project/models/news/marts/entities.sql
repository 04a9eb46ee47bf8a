-- depends_on: {{ ref('gate_news__after_llm') }}
with

entities_of_all_runs as (
    select * from {{ news_newest_rows(
        ref('int_news__entities'), 'enrichment', 'entities',
        key=['entity_id'],
        columns={
            'entity_id': 'varchar',
            'name': 'varchar',
            'aliases': 'varchar',
            'type': 'varchar',
            'is_known': 'boolean',
            'story_ids': 'varchar',
            'mention_count': 'bigint',
            'status': 'varchar',
            'call_id': 'varchar',
            'prompt_tokens': 'bigint',
            'completion_tokens': 'bigint',
            'cost_usd': 'double'
        }
    ) }} as newest_rows
)

select * from entities_of_all_runs

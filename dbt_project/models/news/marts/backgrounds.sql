-- depends_on: {{ ref('gate_news__after_llm') }}
with

backgrounds_of_all_runs as (
    select * from {{ news_newest_rows(
        ref('int_news__backgrounds'), 'enrichment', 'backgrounds',
        key=['entity_id', 'evidence_hash'],
        columns={
            'run_id': 'varchar',
            'entity_id': 'varchar',
            'evidence_hash': 'varchar',
            'name': 'varchar',
            'type': 'varchar',
            'line': 'varchar',
            'status': 'varchar',
            'evidence': 'varchar',
            'source': 'varchar',
            'source_url': 'varchar',
            'licence': 'varchar',
            'as_of': 'timestamp',
            'call_id': 'varchar',
            'provider': 'varchar',
            'model': 'varchar',
            'prompt_tokens': 'bigint',
            'completion_tokens': 'bigint',
            'cost_usd': 'double'
        }
    ) }} as newest_rows
)

select * from backgrounds_of_all_runs

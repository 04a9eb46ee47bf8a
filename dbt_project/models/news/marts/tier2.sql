-- depends_on: {{ ref('gate_news__after_llm') }}
with

tier2_of_all_runs as (
    select * from {{ news_newest_rows(
        ref('int_news__tier2'), 'tier2_batch', 'tier2',
        key=['run_id', 'story_id'],
        columns={
            'run_id': 'varchar',
            'story_id': 'varchar',
            'lead_article_id': 'varchar',
            'lead_source': 'varchar',
            'category': 'varchar',
            'dropped_because': 'varchar',
            'status': 'varchar',
            'error': 'varchar',
            'call_id': 'varchar',
            'provider': 'varchar',
            'model': 'varchar',
            'host_count': 'bigint',
            'shown_characters': 'bigint',
            'prompt_tokens': 'bigint',
            'completion_tokens': 'bigint',
            'tier1_score': 'double',
            'relevance': 'double',
            'promotional': 'double',
            'confidence': 'double',
            'cost_usd': 'double',
            'passed': 'boolean',
            'effective_at': 'timestamp'
        }
    ) }} as newest_rows
)

select * from tier2_of_all_runs

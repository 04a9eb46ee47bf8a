-- depends_on: {{ ref('gate_news__after_llm') }}
with

tier3_of_all_runs as (
    select * from {{ news_newest_rows(
        ref('int_news__tier3'), 'tier3_5d', 'tier3',
        key=['run_id', 'story_id'],
        columns={
            'run_id': 'varchar',
            'story_id': 'varchar',
            'lead_article_id': 'varchar',
            'lead_source': 'varchar',
            'category': 'varchar',
            'impact': 'double',
            'novelty': 'double',
            'credibility': 'double',
            'relevance': 'double',
            'timeliness': 'double',
            'reasons': 'varchar',
            'tier1_score': 'double',
            'effective_at': 'timestamp',
            'dropped_because': 'varchar',
            'passed': 'boolean',
            'status': 'varchar',
            'error': 'varchar',
            'call_id': 'varchar',
            'provider': 'varchar',
            'model': 'varchar',
            'prompt_tokens': 'bigint',
            'completion_tokens': 'bigint',
            'cost_usd': 'double'
        }
    ) }} as newest_rows
)

select * from tier3_of_all_runs

-- depends_on: {{ ref('gate_news__after_llm') }}
with

audits_of_all_runs as (
    select * from {{ news_newest_rows(
        ref('int_news__audits'), 'ranking', 'audits',
        key=['run_id', 'article_id'],
        columns={
            'run_id': 'varchar',
            'article_id': 'varchar',
            'story_id': 'varchar',
            'dropped_phase': 'bigint',
            'dropped_because': 'varchar',
            'impact': 'double',
            'novelty': 'double',
            'credibility': 'double',
            'relevance': 'double',
            'timeliness': 'double',
            'weighted_score': 'double',
            'is_lost': 'boolean',
            'sample_count': 'bigint',
            'dropped_count': 'bigint',
            'lost_estimate': 'double',
            'lost_low': 'double',
            'lost_high': 'double',
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

select * from audits_of_all_runs

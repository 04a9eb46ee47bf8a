-- depends_on: {{ ref('gate_news__after_llm') }}
with

analyses_of_all_runs as (
    select * from {{ news_newest_rows(
        ref('int_news__analyses'), 'paraphrasing', 'analyses',
        key=['run_id', 'story_id'],
        columns={
            'run_id': 'varchar',
            'story_id': 'varchar',
            'attempt': 'bigint',
            'text': 'varchar',
            'characters': 'bigint',
            'sentences': 'varchar',
            'faults': 'varchar',
            'passed': 'boolean',
            'status': 'varchar',
            'error': 'varchar',
            'call_id': 'varchar',
            'provider': 'varchar',
            'model': 'varchar',
            'prompt_tokens': 'bigint',
            'completion_tokens': 'bigint',
            'cost_usd': 'double',
            'attempts': 'bigint',
            'dropped_because': 'varchar'
        }
    ) }} as newest_rows
)

select * from analyses_of_all_runs

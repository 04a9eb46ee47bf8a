-- depends_on: {{ ref('gate_news__after_llm') }}
with

validations_of_all_runs as (
    select * from {{ news_newest_rows(
        ref('int_news__validations'), 'validation', 'validations',
        key=['run_id', 'story_id', 'check_name'],
        columns={
            'run_id': 'varchar',
            'story_id': 'varchar',
            'check_name': 'varchar',
            'outcome': 'varchar',
            'is_valid': 'boolean',
            'is_blocking': 'boolean',
            'detail': 'varchar',
            'facts': 'varchar'
        }
    ) }} as newest_rows
)

select * from validations_of_all_runs

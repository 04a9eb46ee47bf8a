-- depends_on: {{ ref('gate_news__after_llm') }}
with

funnel_of_all_runs as (
    select * from {{ news_newest_rows(
        ref('int_news__funnel'), 'final_report', 'funnel',
        key=['run_id', 'phase_number'],
        columns={
            'run_id': 'varchar',
            'phase_number': 'bigint',
            'phase_name': 'varchar',
            'unit': 'varchar',
            'input_count': 'bigint',
            'output_count': 'bigint',
            'dropped_count': 'bigint',
            'reasons': 'varchar',
            'cost_usd': 'double'
        }
    ) }} as newest_rows
)

select * from funnel_of_all_runs

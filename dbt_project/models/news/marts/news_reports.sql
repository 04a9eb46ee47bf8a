-- depends_on: {{ ref('gate_news__after_llm') }}
with

reports_of_all_runs as (
    select * from {{ news_newest_rows(
        ref('int_news__reports'), 'final_report', 'reports',
        key=['run_id'],
        columns={
            'run_id': 'varchar',
            'report': 'varchar',
            'title': 'varchar',
            'as_of': 'timestamp',
            'top_n': 'bigint',
            'item_count': 'bigint',
            'missing_because': 'varchar',
            'is_offline': 'boolean',
            'cost_usd': 'double',
            'markdown': 'varchar',
            'html': 'varchar',
            'json': 'varchar',
            'feed': 'varchar',
            'atom': 'varchar',
            'eml': 'varchar'
        }
    ) }} as newest_rows
)

select * from reports_of_all_runs

-- depends_on: {{ ref('gate_news__after_llm') }}
{% set weights_of_this_run -%}
(
    select
        this_run.run_id,
        reader_weights.*
    from {{ ref('int_news__reader_weights') }} as reader_weights
    cross join {{ ref('int_news__run') }} as this_run
)
{%- endset %}
with

reader_weights_of_all_runs as (
    select * from {{ news_newest_rows(
        weights_of_this_run, 'initialization', 'reader_weights',
        key=['run_id', 'weight_key'],
        columns={
            'run_id': 'varchar',
            'weight_key': 'varchar',
            'kind': 'varchar',
            'name': 'varchar',
            'up_count': 'bigint',
            'down_count': 'bigint',
            'weight': 'double'
        }
    ) }} as newest_rows
)

select * from reader_weights_of_all_runs

-- depends_on: {{ ref('gate_news__after_llm') }}
with

analysis_sentences_of_all_runs as (
    select * from {{ news_newest_rows(
        ref('int_news__analysis_sentences'), 'paraphrasing', 'analysis_sentences',
        key=['run_id', 'story_id', 'n'],
        columns={
            'run_id': 'varchar',
            'story_id': 'varchar',
            'n': 'bigint',
            'sentence': 'varchar',
            'passages': 'varchar'
        }
    ) }} as newest_rows
)

select * from analysis_sentences_of_all_runs

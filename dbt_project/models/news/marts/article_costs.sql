-- depends_on: {{ ref('gate_news__after_llm') }}
with

article_costs_of_all_runs as (
    select * from {{ news_newest_rows(
        ref('int_news__article_costs'), 'final_report', 'article_costs',
        key=['run_id', 'story_id'],
        columns={
            'run_id': 'varchar',
            'story_id': 'varchar',
            'tier2_tokens': 'double',
            'tier3_tokens': 'double',
            'writing_tokens': 'double',
            'enrichment_tokens': 'double',
            'tier2_usd': 'double',
            'tier3_usd': 'double',
            'writing_usd': 'double',
            'enrichment_usd': 'double',
            'tokens': 'double',
            'cost_usd': 'double'
        }
    ) }} as newest_rows
)

select * from article_costs_of_all_runs

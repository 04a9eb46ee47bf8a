-- depends_on: {{ ref('gate_news__after_llm') }}
with

ranking_of_all_runs as (
    select * from {{ news_newest_rows(
        ref('int_news__ranking'), 'ranking', 'ranking',
        key=['run_id', 'story_id'],
        columns={
            'run_id': 'varchar',
            'story_id': 'varchar',
            'lead_article_id': 'varchar',
            'lead_source': 'varchar',
            'category': 'varchar',
            'weighted_score': 'double',
            'mmr_score': 'double',
            'most_like': 'varchar',
            'similarity': 'double',
            'rank': 'bigint',
            'selected': 'boolean',
            'is_reserve': 'boolean',
            'not_selected_because': 'varchar'
        }
    ) }} as newest_rows
)

select * from ranking_of_all_runs

-- depends_on: {{ ref('gate_news__after_staging') }}
-- The run that is named, or the one that began last.
{% set named = var('news_run', none) %}
{% set numbers = [
    ('window_hours', 'double'), ('top_n', 'bigint'), ('reserve', 'bigint'),
    ('tier3_max', 'bigint'), ('batch_size', 'bigint'), ('thresholds.tier1', 'double'),
] %}
with

runs as (
    select * from {{ ref('stg_news__runs') }}
),

runs_by_age as (
    select
        runs.run_id,
        runs.previous_run_id,
        runs.load_id,
        runs.report,
        runs.kind,
        runs.origin,
        runs.config,
        runs.config_hash,
        runs.with_feedback,
        runs.as_of,
        runs.started_at,
        row_number() over (
            order by runs.started_at desc, runs.run_id desc
        ) as place
    from runs
    {% if named %}
        where runs.run_id = '{{ dbt.escape_single_quotes(named) }}'
    {% endif %}
),

this_run as (
    select
        runs_by_age.run_id,
        runs_by_age.previous_run_id,
        runs_by_age.load_id,
        runs_by_age.report,
        runs_by_age.kind,
        runs_by_age.origin,
        {{ json_text('runs_by_age.config', 'report.language_written') }}
            as language_written,
        {{ json_text('runs_by_age.config', 'report.languages_read') }}
            as languages_read,
        {{ json_text('runs_by_age.config', 'report.sources') }} as sources,
        {{ json_text('runs_by_age.config', 'report.company_context') }}
            as company_context,
        runs_by_age.config,
        runs_by_age.config_hash,
        {% for name, type in numbers %}
        cast(
            {{ json_text('runs_by_age.config', 'report.' ~ name) }}
            as {{ type_name(type) }}
        ) as {{ 'tier1_threshold' if '.' in name else name }},
        {% endfor %}
        runs_by_age.with_feedback,
        runs_by_age.as_of,
        runs_by_age.started_at
    from runs_by_age
    where runs_by_age.place = 1
)

select * from this_run

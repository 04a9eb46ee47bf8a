{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='append_new_columns',
    full_refresh=false,
    meta={'follows_loads': false},
) }}
-- A dataset gets a row when its figures are others than those of its newest row; a
-- rebuild must not forget how quality has changed.
with

decisions as (
    select * from {{ ref('int_conversations__records_decided') }}
),

figures as (
    select
        decisions.dataset_id,
        count(*) as record_count,
        sum(case when decisions.status = 'kept' then 1 else 0 end) as kept_count,
        avg(decisions.score) as mean_score,
        {% for tenth in [1, 5, 9] -%}
        {{ percentile('decisions.score', '0.' ~ tenth) }}
            as p{{ tenth }}0_score,
        {% endfor -%}
        min(decisions.score) as min_score
    from decisions
    group by decisions.dataset_id
),

rounded_figures as (
    select
        figures.dataset_id,
        '{{ invocation_id }}' as run_id,
        cast(figures.record_count as bigint) as record_count,
        cast(figures.kept_count as bigint) as kept_count,
        cast({{ round_to('figures.mean_score', 6) }} as double) as mean_score,
        {% for tenth in [1, 5, 9] -%}
        cast({{ round_to('figures.p' ~ tenth ~ '0_score', 6) }} as double)
            as p{{ tenth }}0_score,
        {% endfor -%}
        cast(1.0 * figures.kept_count / figures.record_count as double) as kept_share,
        {{ later_than_stored('measured_at') }} as measured_at
    from figures
),

{% if is_incremental() %}
earlier as (
    select
        known.dataset_id,
        max_by(known.record_count, known.measured_at) as record_count,
        max_by(known.kept_count, known.measured_at) as kept_count,
        max_by(known.mean_score, known.measured_at) as mean_score
    from {{ this }} as known
    group by known.dataset_id
),
{% endif %}

quality_history as (
    select
        {{ dbt.hash("rounded_figures.dataset_id || '|' || rounded_figures.run_id") }}
            as history_id,
        rounded_figures.dataset_id,
        rounded_figures.run_id,
        rounded_figures.record_count,
        rounded_figures.kept_count,
        rounded_figures.mean_score,
        rounded_figures.p10_score,
        rounded_figures.p50_score,
        rounded_figures.p90_score,
        rounded_figures.kept_share,
        rounded_figures.measured_at
    from rounded_figures
    {% if is_incremental() -%}
    left join earlier on rounded_figures.dataset_id = earlier.dataset_id
    where
        earlier.dataset_id is null
        or earlier.record_count <> rounded_figures.record_count
        or earlier.kept_count <> rounded_figures.kept_count
        or abs(earlier.mean_score - rounded_figures.mean_score) > 0.000001
    {%- endif %}
)

select * from quality_history

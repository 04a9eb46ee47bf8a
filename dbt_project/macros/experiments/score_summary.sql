{# Gives what the pivots of scores say of a group of `cohort_scores`. #}
{% macro score_summary() -%}
    cast(count(*) as bigint) as evaluation_count,
    cast(count(cohort_scores.score) as bigint) as score_count,
    cast({{ round_to('avg(cohort_scores.scaled_score)', 12) }} as double) as mean_share,
    cast(
        case
            when
                min(cohort_scores.scale_min) = max(cohort_scores.scale_min)
                and min(cohort_scores.scale_max) = max(cohort_scores.scale_max)
                then {{ round_to('avg(cohort_scores.score)', 12) }}
        end as double
    ) as mean_score,
    cast(
        {{ round_to('stddev_samp(cohort_scores.scaled_score)', 12) }} as double
    ) as share_deviation
{%- endmacro %}

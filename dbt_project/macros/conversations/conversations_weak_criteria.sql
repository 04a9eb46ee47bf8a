{#
    Names, in brackets, the criteria a judge finds weak, each with its mark of 1 to 5: those below
    the middle, or the lowest where none is; nothing where nothing was judged. Ends with `; `.
#}
{% macro conversations_weak_criteria(judgements) -%}
    {%- set criteria = ['coherence', 'helpfulness', 'empathy', 'safety',
        'therapeutic_appropriateness', 'clinical_accuracy'] -%}
    {%- set scores = [] -%}
    {%- for criterion in criteria -%}
        {%- do scores.append('coalesce(' ~ judgements ~ '.' ~ criterion ~ ', 1e0)') -%}
    {%- endfor -%}
    {%- set named = [] -%}
    {%- for criterion in criteria -%}
        {%- set score = judgements ~ '.' ~ criterion -%}
        {%- do named.append(
            'case when ' ~ score ~ ' < 0.5 or ' ~ score ~ ' = least(' ~ scores | join(', ')
            ~ ") then ', " ~ criterion | replace('_', ' ') ~ " ' || cast(cast(round(1 + 4 * "
            ~ score ~ ') as ' ~ dbt.type_int() ~ ') as ' ~ dbt.type_string() ~ ") || ' of 5' else '' end"
        ) -%}
    {%- endfor -%}
    coalesce(' (' || nullif(substring({{ named | join(' || ') }}, 3), '') || ')', '') || '; '
{%- endmacro %}

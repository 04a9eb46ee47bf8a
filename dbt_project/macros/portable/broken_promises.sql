{#
    Which columns of `not_null` are null in some row of a relation, and which keys of `unique`
    (a column, or a list of columns) several rows share: `broken` says it, `broken_count` how
    many rows or keys it is true of. Nothing for a promise that is kept.
#}
{% macro broken_promises(relation, not_null, unique) -%}
{%- set found = [] -%}
{%- for column in not_null -%}
    {%- do found.append(
        "select '" ~ column ~ " is null' as broken, row_count - filled_" ~ loop.index
        ~ " as broken_count from filled"
    ) -%}
{%- endfor -%}
{%- for key in unique -%}
    {%- set columns = key if key is string else key | join(', ') -%}
    {%- do found.append(
        "select '" ~ columns ~ " is not unique' as broken, count(*) as broken_count from (select "
        ~ columns ~ " from " ~ relation ~ (" where " ~ key ~ " is not null" if key is string else "")
        ~ " group by " ~ columns ~ " having count(*) > 1) as shared"
    ) -%}
{%- endfor -%}
with

{% if not_null -%}
filled as (
    select
        {%- for column in not_null %}
        count({{ column }}) as filled_{{ loop.index }},
        {%- endfor %}
        count(*) as row_count
    from {{ relation }}
),

{% endif -%}
found as (
    {{ found | join('\n    union all\n    ') }}
)

select broken, broken_count
from found
where broken_count > 0
{%- endmacro %}

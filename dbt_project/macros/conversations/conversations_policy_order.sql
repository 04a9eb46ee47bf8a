{#
  The terms of an `order by` that come from a set's policy: which copy it would take first.
  relation: name of a relation with `policy`, `score`, `created_at` and `landed_date`.
#}
{% macro conversations_policy_order(relation) -%}
    {% for policy, column, direction in [
        ('highest_quality', 'score', 'desc'),
        ('newest', 'created_at', 'desc'),
        ('newest', 'landed_date', 'desc'),
        ('first', 'landed_date', 'asc'),
    ] -%}
    case
        when {{ relation }}.policy = '{{ policy }}' then {{ relation }}.{{ column }}
    end {{ direction }} nulls last,
    {% endfor -%}
{%- endmacro %}

{#
    Gives what the dbt plugin found out about a product's incremental models: the hash of their
    rules, the variables that belong to these, the models that store what a load gives, and the
    variables that restrict a run of the product.
#}
{% macro incremental_scope(product) -%}
    {%- set known = (handed_over('incremental_scope') or {}).get(product) -%}
    {%- if known is none -%}
        {{ exceptions.raise_compiler_error(
            'Nothing is known of the incremental models of ' ~ product
            ~ ': profiles.yml has to name the plugin of this project, and on Spark whoever calls '
            ~ 'dbt sets SLUICE_INCREMENTAL_SCOPE.'
        ) }}
    {%- endif -%}
    {%- if known.forgotten -%}
        {{ exceptions.raise_compiler_error(
            'int_' ~ product ~ '__loads_processed does not wait for ' ~ known.forgotten | join(', ')
            ~ ": add `-- depends_on: {{ '{{' }} ref('...') {{ '}}' }}`, or say "
            ~ 'meta: {follows_loads: false} where a model stores nothing that a load gives.'
        ) }}
    {%- endif -%}
    {{ return(known) }}
{%- endmacro %}

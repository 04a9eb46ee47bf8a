{#
    Gives what the dbt plugin found out about a product's incremental models: the hash of their
    rules, the variables that belong to these, and the models that store what a load gives.
#}
{% macro incremental_scope(product) -%}
    {%- set found = run_query("select getvariable('incremental_scope') as scope") -%}
    {%- set known = fromjson(found.rows[0][0] or '{}').get(product) -%}
    {%- if known is none -%}
        {{ exceptions.raise_compiler_error(
            'Nothing is known of the incremental models of ' ~ product
            ~ ': profiles.yml has to name the plugin of this project.'
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

{#
    Gives a text that changes when a rule changes: an edited model, macro, seed or variable
    re-opens everything, so that an incremental result never mixes two sets of rules.
#}
{% macro incremental_rules_hash(product) -%}
    {%- if not execute -%}{{ return('') }}{%- endif -%}
    {%- set scope = incremental_scope(product) -%}
    {%- set parts = [scope.rules] -%}
    {%- for name in scope.variables -%}
        {%- do parts.append(name ~ '=' ~ var(name, '')) -%}
    {%- endfor -%}
    {{ return(local_md5(parts | join('|'))) }}
{%- endmacro %}

{# Says whether this run makes everything that a load of a product asks for. #}
{% macro incremental_is_whole_run(product) -%}
    {%- if not execute -%}{{ return(true) }}{%- endif -%}
    {%- set missing = [] -%}
    {%- for unique_id in incremental_scope(product).stored
        if unique_id not in selected_resources -%}
        {%- do missing.append(unique_id) -%}
    {%- endfor -%}
    {{ return(not missing) }}
{%- endmacro %}

{#
    Gives the schema of a node from the folders it lies in, without the target's name before it, as
    released names are fixed: models/<product>/marts -> <product>, models/<product>/<layer> ->
    <product>_<layer>, seeds/<product> -> <product>_seeds; of Python models, which lie in
    <product> alone, gates and releases -> ops, all others -> <product>_intermediate.
#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- set folders = node.fqn[1:-1] if node else [] -%}
    {%- if custom_schema_name -%}
        {{ custom_schema_name | trim }}
    {%- elif not folders or node.resource_type not in ('model', 'seed') -%}
        {{ target.schema }}
    {%- elif node.resource_type == 'seed' -%}
        {{ folders[0] }}_seeds
    {%- elif folders | length > 1 -%}
        {{ folders[0] if folders[1] == 'marts' else folders[0] ~ '_' ~ folders[1] }}
    {%- elif node.name.startswith('gate_') or node.name.startswith('release_') -%}
        ops
    {%- else -%}
        {{ folders[0] }}_intermediate
    {%- endif -%}
{%- endmacro %}

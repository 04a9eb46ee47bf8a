{# Gives an engine's name of a type that is named as DuckDB does. #}
{% macro type_name(name) -%}
    {{ return(adapter.dispatch('type_name', 'sluice')(name)) }}
{%- endmacro %}

{% macro default__type_name(name) -%}
    {{ return(name) }}
{%- endmacro %}

{% macro spark__type_name(name) -%}
    {#- of nothing but nulls Spark's type is `void`, which no table has -#}
    {%- set plain = name | lower | trim -%}
    {%- if plain.endswith('[]') -%}
        {{ return('array<' ~ spark__type_name(plain[:-2]) ~ '>') }}
    {%- endif -%}
    {{ return({
        'varchar': 'string', 'text': 'string', 'json': 'string', 'void': 'string',
        'integer': 'int', 'hugeint': 'decimal(38,0)', 'blob': 'binary',
        'timestamp': 'timestamp_ntz', 'timestamptz': 'timestamp',
    }.get(plain, plain)) }}
{%- endmacro %}

{# Gives the nearest value that is not null among a window's rows: the last or the first of them. #}
{% macro last_known(column, window) -%}
    {{ return(adapter.dispatch('last_known', 'sluice')(column, window)) }}
{%- endmacro %}

{% macro default__last_known(column, window) -%}
    last_value({{ column }} ignore nulls) over {{ window }}
{%- endmacro %}

{% macro spark__last_known(column, window) -%}
    last_value({{ column }}, true) over {{ window }}
{%- endmacro %}

{# Gives the first value that is not null among a window's rows. #}
{% macro first_known(column, window) -%}
    {{ return(adapter.dispatch('first_known', 'sluice')(column, window)) }}
{%- endmacro %}

{% macro default__first_known(column, window) -%}
    first_value({{ column }} ignore nulls) over {{ window }}
{%- endmacro %}

{% macro spark__first_known(column, window) -%}
    first_value({{ column }}, true) over {{ window }}
{%- endmacro %}

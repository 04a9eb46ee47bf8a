{# Gives a number from 0 to 1 (1 left out) that depends on a text alone: four digits of its MD5. #}
{% macro hash_share(value) -%}
    ((
    {%- for place in range(1, 5) %}
        {{ 16 ** (4 - place) }} * (
            position(substring(md5({{ value }}), {{ place }}, 1) in '0123456789abcdef') - 1
        )
        {{- ' +' if not loop.last }}
    {%- endfor %}
    ) / 65536.0)
{%- endmacro %}

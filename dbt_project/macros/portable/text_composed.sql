{#
    Gives a text with each letter and its accents as one character (Unicode form NFC): a Mac's files
    part them. Sail has no function for it and leaves texts as they are.
#}
{% macro text_composed(value) -%}
    {{ return(adapter.dispatch('text_composed', 'sluice')(value)) }}
{%- endmacro %}

{% macro default__text_composed(value) -%}
    {#- to look for accents that stand alone takes a tenth of the time of composing -#}
    case
        when regexp_matches({{ value }}, {{ "'[\u0300-\u036f\u3099\u309a]'" }})
            then nfc_normalize({{ value }})
        else {{ value }}
    end
{%- endmacro %}

{% macro spark__text_composed(value) -%}
    {{ value }}
{%- endmacro %}

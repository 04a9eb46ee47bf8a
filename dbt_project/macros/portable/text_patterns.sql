{# Says whether a text holds a match of a regular expression (RE2 and Java both read it; no backslash). #}
{% macro text_matches(value, pattern) -%}
    {{ return(adapter.dispatch('text_matches', 'sluice')(value, pattern)) }}
{%- endmacro %}

{% macro default__text_matches(value, pattern) -%}
    regexp_matches({{ value }}, '{{ pattern }}')
{%- endmacro %}

{% macro spark__text_matches(value, pattern) -%}
    ({{ value }} rlike '{{ pattern }}')
{%- endmacro %}


{# Gives a text with every match of a regular expression (no backslash) replaced. #}
{% macro text_replaced(value, pattern, replacement) -%}
    {{ return(adapter.dispatch('text_replaced', 'sluice')(value, pattern, replacement)) }}
{%- endmacro %}

{% macro default__text_replaced(value, pattern, replacement) -%}
    regexp_replace({{ value }}, '{{ pattern }}', '{{ replacement }}', 'g')
{%- endmacro %}

{% macro spark__text_replaced(value, pattern, replacement) -%}
    regexp_replace({{ value }}, '{{ pattern }}', '{{ replacement }}')
{%- endmacro %}


{# Gives a text with every match of an expression that a column holds replaced by plain characters. #}
{% macro text_replaced_by_column(value, pattern, replacement) -%}
    {{ return(adapter.dispatch('text_replaced_by_column', 'sluice')(value, pattern, replacement)) }}
{%- endmacro %}

{% macro default__text_replaced_by_column(value, pattern, replacement) -%}
    regexp_replace({{ value }}, {{ pattern }}, '{{ replacement }}', 'g')
{%- endmacro %}

{% macro spark__text_replaced_by_column(value, pattern, replacement) -%}
    regexp_replace({{ value }}, {{ pattern }}, '{{ replacement }}')
{%- endmacro %}


{# Gives the words of a text in lower case, one space around each; apostrophes are left out. #}
{% macro words_of(value) -%}
    {{ return(adapter.dispatch('words_of', 'sluice')(value)) }}
{%- endmacro %}

{% macro default__words_of(value) -%}
    ' ' || regexp_replace(
        replace(replace(lower({{ value }}), '''', ''), '’', ''), '[^\p{L}\p{N}]+', ' ', 'g'
    ) || ' '
{%- endmacro %}

{% macro spark__words_of(value) -%}
    ' ' || regexp_replace(
        replace(replace(lower({{ value }}), "'", ''), '’', ''), '[^\\p{L}\\p{N}]+', ' '
    ) || ' '
{%- endmacro %}


{# Gives the words of a text with a space of its own on either side of each: phrases that touch stay whole. #}
{% macro words_apart(value) -%}
    ' ' || replace(trim({{ words_of(value) }}), ' ', '  ') || ' '
{%- endmacro %}


{# Gives the share of different words among all words of a text, cut at spaces. #}
{% macro distinct_word_share(value) -%}
    {{ return(adapter.dispatch('distinct_word_share', 'sluice')(value)) }}
{%- endmacro %}

{% macro default__distinct_word_share(value) -%}
    {#- numbers are told apart faster than words -#}
    (
        cast(
            len(list_distinct(list_transform(
                string_split({{ value }}, ' '), lambda word: hash(word)
            ))) as double
        ) / len(string_split({{ value }}, ' '))
    )
{%- endmacro %}

{% macro spark__distinct_word_share(value) -%}
    {#- Sail splits what a function gave only once it is cast -#}
    {%- set words = "split(cast(" ~ value ~ " as string), ' ')" -%}
    (cast(size(array_distinct({{ words }})) as double) / size({{ words }}))
{%- endmacro %}


{# Gives the different words of what `words_of` gives, one row for each. #}
{% macro each_word(value) -%}
    {{ return(adapter.dispatch('each_word', 'sluice')(value)) }}
{%- endmacro %}

{% macro default__each_word(value) -%}
    unnest(list_distinct(string_split(trim({{ value }}), ' ')))
{%- endmacro %}

{% macro spark__each_word(value) -%}
    explode(array_distinct(split(cast(trim({{ value }}) as string), ' ')))
{%- endmacro %}


{# Says whether a text holds nothing but ASCII. #}
{% macro is_ascii(value) -%}
    {{ return(adapter.dispatch('is_ascii', 'sluice')(value)) }}
{%- endmacro %}

{% macro default__is_ascii(value) -%}
    (strlen({{ value }}) = length({{ value }}))
{%- endmacro %}

{% macro spark__is_ascii(value) -%}
    (octet_length({{ value }}) = length({{ value }}))
{%- endmacro %}

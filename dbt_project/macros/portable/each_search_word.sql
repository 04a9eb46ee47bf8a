{#
    Gives the words of texts, a row each: a subquery with the key and `term`. They are folded the
    way `knowledge.search_words` of a release folds those of a question.
#}
{% macro each_search_word(relation, key, text) -%}
    {{ return(adapter.dispatch('each_search_word', 'sluice')(relation, key, text)) }}
{%- endmacro %}

{% macro duckdb__each_search_word(relation, key, text) -%}
    (
        select
            {{ key }},
            unnest(regexp_extract_all(
                strip_accents(lower(nfc_normalize({{ text }}))),
                '[\p{Han}\p{Hiragana}\p{Katakana}]|(?:[^\P{L}\p{Han}\p{Hiragana}\p{Katakana}]|\p{N})+'
            )) as term
        from {{ relation }}
    )
{%- endmacro %}

{% macro spark__each_search_word(relation, key, text) -%}
    {#- Sail cannot take letters and accents apart: those that are one character have a table -#}
    {#- Java knows the names of scripts by `Is` only, which Rust takes off -#}
    {%- set marked, plain = letters_without_accents() -%}
    (
        select
            {{ key }},
            explode(regexp_extract_all(
                regexp_replace(
                    translate(lower({{ text }}), '{{ marked }}', '{{ plain }}'), '\\p{M}', ''
                ),
                '[\\p{IsHan}\\p{IsHiragana}\\p{IsKatakana}]|(?:[\\p{L}&&[^\\p{IsHan}\\p{IsHiragana}\\p{IsKatakana}]]|\\p{N})+',
                0
            )) as term
        from {{ relation }}
    )
{%- endmacro %}

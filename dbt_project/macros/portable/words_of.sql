{#
    Gives the words of texts, a row each: a subquery with the key and `term`. They are folded the
    way `knowledge.search_words` of a release folds those of a question.
#}
{% macro words_of(relation, key, text) -%}
    {{ return(adapter.dispatch('words_of', 'sluice')(relation, key, text)) }}
{%- endmacro %}

{% macro duckdb__words_of(relation, key, text) -%}
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

{% macro spark__words_of(relation, key, text) -%}
    (
        select
            {{ key }},
            explode(regexp_extract_all(
                regexp_replace(normalize(lower({{ text }}), 'NFD'), '\\p{M}', ''),
                '[\\p{IsHan}\\p{IsHiragana}\\p{IsKatakana}]|(?:[\\p{L}&&[^\\p{IsHan}\\p{IsHiragana}\\p{IsKatakana}]]|\\p{N})+',
                0
            )) as term
        from {{ relation }}
    )
{%- endmacro %}

{# Gives the class of marks that end a clause, as a regular expression; two dots and more end none. #}
{% macro clause_marks() -%}
    {{ return(
        '[.!?;:,()\\[\\]{}…—–|"«»‹›„“”。！？；：，、（）【】「」『』《》〈〉¡¿]|--|\n[ \t]*\n|\n[ \t]*[-*•]'
    ) }}
{%- endmacro %}

{# Gives the class of marks that end a sentence. #}
{% macro sentence_marks() -%}
    {{ return('[.!?。！？]|\n[ \t]*\n') }}
{%- endmacro %}


{# Gives the words of a text in lower case, one space around each, a comma where a clause ends. #}
{% macro clauses_of(value) -%}
    {{ return(words_between(value, clause_marks(), ',')) }}
{%- endmacro %}

{# Gives the words of a text in lower case, one space around each, a bar where a sentence ends. #}
{% macro sentences_of(value) -%}
    {{ return(words_between(
        text_replaced(value, '[.][.]+|…', ' '), sentence_marks(), '|'
    )) }}
{%- endmacro %}

{# Gives the words of a text in lower case; apostrophes are left out, borders become a mark. #}
{% macro words_between(value, borders, mark) -%}
    {%- set other = '[^\\p{L}\\p{N}' ~ mark ~ ']' -%}
    {%- set border = other ~ '*(?:' ~ borders ~ ')[^\\p{L}\\p{N}]*' -%}
    {{ return(adapter.dispatch('words_between', 'sluice')(value, border, other, mark)) }}
{%- endmacro %}

{% macro default__words_between(value, border, other, mark) -%}
    ' ' || regexp_replace(regexp_replace(
        replace(replace(lower({{ value }}), '''', ''), '’', ''), '{{ border }}', ' {{ mark }} ', 'g'
    ), '{{ other }}+', ' ', 'g') || ' '
{%- endmacro %}

{% macro spark__words_between(value, border, other, mark) -%}
    {%- set border = border | replace('\\', '\\\\') -%}
    {%- set other = other | replace('\\', '\\\\') -%}
    ' ' || regexp_replace(regexp_replace(
        replace(replace(lower({{ value }}), "'", ''), '’', ''), '{{ border }}', ' {{ mark }} '
    ), '{{ other }}+', ' ') || ' '
{%- endmacro %}


{#
    Gives a text with a comma in place of each quotation: what stands between the marks of
    quotation of Europe, China and Japan or of code, and lines that begin with `>`. A mark with
    letters on both sides is an apostrophe, one behind a digit an inch.
#}
{% macro without_quotations(value) -%}
    {%- set quotations = [
        '(?m:^)[ \t]*(?:>|&gt;)[^\n]*',
        '```[^`]*```', '`[^`\n]+`',
        '\\B"[^"\n]+"\\B',
        '„[^„“”"\n]+[“”"]', '“[^“”\n]+”', '”[^”\n]+”', '[‚‘](?:[^‚‘’\n]|\\b’\\b)+[’‘]',
        '«[^«»]+»', '»[^«»]+«', '‹[^‹›]+›', '›[^‹›]+‹',
        '「[^「」]+」', '『[^『』]+』', '《[^《》]+》', '〈[^〈〉]+〉', '＂[^＂\n]+＂',
        "\\B[q](?:[^q\n]|\\b[q]\\b)+[q]\\B" | replace('q', "''"),
    ] -%}
    {{ return(adapter.dispatch('without_quotations', 'sluice')(value, quotations | join('|'))) }}
{%- endmacro %}

{% macro default__without_quotations(value, quotations) -%}
    regexp_replace({{ value }}, '{{ quotations }}', ' , ', 'g')
{%- endmacro %}

{% macro spark__without_quotations(value, quotations) -%}
    regexp_replace(
        {{ value }},
        '{{ quotations | replace("\\", "\\\\") | replace("''''", "\\\\u0027") }}',
        ' , '
    )
{%- endmacro %}

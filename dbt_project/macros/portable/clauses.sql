{#
    Gives the words of a text in lower case, one space around each, apostrophes left out: a comma
    stands where a clause ends, a bar before it where a sentence does. An ellipsis ends a clause.
#}
{% macro clauses_of(value) -%}
    {%- set marks = '[,;:()\\[\\]{}—–"«»‹›„“”，、；：（）【】「」『』《》〈〉¡¿]|--|\n[ \t]*[-*•]' -%}
    {{ return(adapter.dispatch('clauses_of', 'sluice')(value, [
        ('[.][.]+|…', ','),
        ('[^\\p{L}\\p{N}]*(?:[.!?。！？]|\n[ \t]*\n)[^\\p{L}\\p{N}]*', ' | , '),
        ('[^\\p{L}\\p{N}|]*(?:' ~ marks ~ ')[^\\p{L}\\p{N}|]*', ' , '),
        ('[^\\p{L}\\p{N},|]+', ' '),
    ])) }}
{%- endmacro %}

{% macro default__clauses_of(value, steps) -%}
    {%- set text = namespace(sql=without_apostrophes('lower(' ~ value ~ ')')) -%}
    {%- for pattern, replacement in steps -%}
        {%- set text.sql = text_replaced(text.sql, pattern, replacement) -%}
    {%- endfor -%}
    ' ' || trim({{ text.sql }}) || ' '
{%- endmacro %}

{% macro spark__clauses_of(value, steps) -%}
    {%- set doubled = [] -%}
    {%- for pattern, replacement in steps -%}
        {%- do doubled.append((pattern | replace('\\', '\\\\'), replacement)) -%}
    {%- endfor -%}
    {{ return(default__clauses_of(value, doubled)) }}
{%- endmacro %}


{# Gives a text without its apostrophes, and without an acute accent that was typed for one. #}
{% macro without_apostrophes(value) -%}
    {%- set text = namespace(sql=value) -%}
    {%- for mark in ["'", '’', 'ʼ', '´'] -%}
        {%- set literal = dbt.string_literal(dbt.escape_single_quotes(mark)) -%}
        {%- set text.sql = 'replace(' ~ text.sql ~ ', ' ~ literal ~ ", '')" -%}
    {%- endfor -%}
    {{ text.sql }}
{%- endmacro %}


{# Gives the words of a text that `clauses_of` read, a bar where a sentence ends. #}
{% macro sentences_of(clauses) -%}
    replace({{ clauses }}, ' ,', '')
{%- endmacro %}


{#
    Gives a text with a comma in place of each quotation: what stands between the marks of
    quotation of Europe, China and Japan, of HTML or of code, and lines that begin with `>` or with
    the dash of speech. A mark with letters on both sides is an apostrophe, one behind a digit an
    inch; straight marks hold more than a line only where they begin and end lines.
#}
{% macro without_quotations(value) -%}
    {%- set quotations = [
        '(?m:^)[ \t]*(?:>|&gt;|—)[^\n]*',
        '<(?:q|blockquote)>(?s:.*?)</(?:q|blockquote)>',
        '```[^`]*```', '~~~[^~]*~~~', '`[^`\n]+`',
        '(?m:^)[ \t]*"[^"]+"[ \t]*(?m:$)',
        '\\B"[^"\n]+"\\B',
        '„[^„“”"\n]+[“”"]', '“[^“”]+”', '”[^”\n]+”', '[‚‘](?:[^‚‘’\n]|\\b’\\b)+[’‘]',
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
        '{{ quotations | replace("\\", "\\\\") | replace("''", "\\\\u0027") }}',
        ' , '
    )
{%- endmacro %}

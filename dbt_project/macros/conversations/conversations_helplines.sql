{#
    Gives the regular expression of one helpline's number for each row of the seed, joined by
    bars; digits may be parted by up to two separators. `shortest` leaves out those with fewer.
#}
{% macro conversations_helpline_numbers(shortest=1) -%}
    {%- set found = [] -%}
    {%- for row in run_query(
        'select distinct helplines.digits, helplines.country in (' ~ "'US', 'CA'" ~ ') as is_american'
        ~ ' from ' ~ ref('conversations_helplines') ~ ' as helplines'
        ~ ' where length(helplines.digits) >= ' ~ shortest ~ ' order by 1, 2'
    ).rows -%}
        {%- set digits = row[0] | list | join('[ ()./-]{0,3}') -%}
        {%- do found.append(
            ('([+]?1[ ()./-]{0,3})?[(]?' if row[1] and row[0] | length == 10 else '[(]?') ~ digits
        ) -%}
    {%- endfor -%}
    {{ return('(' ~ found | join('|') ~ ')($|[^0-9a-z%€$£/.,-]|[/.,-]($|[^0-9]))') }}
{%- endmacro %}

{# Gives the words of one kind beside numbers as a regular expression. #}
{% macro conversations_number_words(kind) -%}
    {%- set words = [] -%}
    {%- set signs = [] -%}
    {%- for row in run_query(
        'select distinct number_words.word, number_words.language in (' ~ "'zh', 'ja'" ~ ') as is_sign'
        ~ ' from ' ~ ref('conversations_number_words') ~ ' as number_words'
        ~ " where number_words.kind = '" ~ kind ~ "' order by 1, 2"
    ).rows -%}
        {%- do (signs if row[1] else words).append(row[0]) -%}
    {%- endfor -%}
    {{ return({'words': words | join('|'), 'signs': signs | join('|')}) }}
{%- endmacro %}

{#
    Says of a text in lower case whether it names a helpline by its number: a long number by
    itself, a short one beside words of calling, and never an amount or a number of an order.
#}
{% macro conversations_names_helpline(value) -%}
    {#- compiled before its seeds are there, as a linter does, it finds nothing -#}
    {%- if not execute or load_relation(ref('conversations_helplines')) is none
        or load_relation(ref('conversations_number_words')) is none -%}
        {{ return('false') }}
    {%- endif -%}
    {%- set number = conversations_helpline_numbers() -%}
    {%- set before = conversations_number_words('before') -%}
    {%- set after = conversations_number_words('after') -%}
    {%- set never_before = conversations_number_words('never_before') -%}
    {%- set never_after = conversations_number_words('never_after') -%}
    {%- set plain = text_replaced(
        text_replaced(
            value,
            '((^|[^a-z])(' ~ never_before.words ~ ')|' ~ never_before.signs
            ~ ')[^0-9a-z]{0,3}((no|nr|number|numéro|número|nummer)[^0-9a-z]{0,3})?[0-9][0-9 -]*',
            ' # '
        ),
        '[0-9][0-9.,]*[ -]?((' ~ never_after.words ~ ')($|[^a-z])|' ~ never_after.signs ~ ')',
        ' # '
    ) -%}
    {%- set start = '(^|[^0-9a-z.,$€£#/=_%&-])' -%}
    {{ return(
        '(' ~ text_matches(plain, start ~ conversations_helpline_numbers(8))
        ~ ' or ' ~ text_matches(
            plain,
            '((^|[^a-z])(' ~ before.words ~ ')([^0-9a-z.!?#][^0-9.!?#]{0,50})?' ~ start
            ~ '|(' ~ before.signs ~ ')[^0-9.!?#]{0,20})' ~ number
        )
        ~ ' or ' ~ text_matches(
            plain,
            start ~ number ~ '[^0-9.!?#]{0,40}((' ~ after.words ~ ')($|[^a-z])|' ~ after.signs ~ ')'
        ) ~ ')'
    ) }}
{%- endmacro %}

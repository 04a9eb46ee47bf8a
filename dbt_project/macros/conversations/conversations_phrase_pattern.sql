{#
    Gives one regular expression for a turn in lower case that may hold a phrase of the lexicon or
    personal data: reading a turn once tells those few from the rest that are looked at closely.
#}
{% macro conversations_phrase_pattern() -%}
    {#- compiled before its seeds are there, as a linter does, it says nothing -#}
    {%- if not execute or load_relation(ref('conversations_phrases')) is none -%}
        {{ return('') }}
    {%- endif -%}
    {%- set found = run_query(
        'select distinct phrases.phrase, phrases.match from ' ~ ref('conversations_phrases')
        ~ ' as phrases order by 1, 2'
    ) -%}
    {%- set parts = ['@[a-z0-9.-]+[.][a-z]', '[0-9]([ ()./-]{0,2}[0-9]){6}',
        '[0-9]{1,3}[.][0-9]{1,3}[.][0-9]{1,3}[.][0-9]'] -%}
    {%- set words = [] -%}
    {%- for phrase, match in found.rows -%}
        {%- if match == 'text' -%}
            {%- do parts.append(dbt.escape_single_quotes(phrase)) -%}
        {%- else -%}
            {%- do words.append(
                phrase | replace("'", "[''’]?") | replace(' ', '[^a-z0-9]+')
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {#- one group for all words: a repetition with a count in each would cost tenfold -#}
    {%- if words -%}
        {%- do parts.append('(^|[^a-z0-9])(' ~ words | join('|') ~ ')($|[^a-z0-9])') -%}
    {%- endif -%}
    {{ return(parts | join('|')) }}
{%- endmacro %}

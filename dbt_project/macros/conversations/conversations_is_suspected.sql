{#
    Says of a turn in lower case whether it may hold a phrase of the lexicon or personal data:
    reading a turn a few times tells those few from the rest that are looked at closely.
#}
{% macro conversations_is_suspected(value) -%}
    {%- set found = conversations_phrase_patterns() -%}
    {%- set checks = [] -%}
    {%- for pattern in found.ascii -%}
        {%- do checks.append(text_matches(value, pattern)) -%}
    {%- endfor -%}
    {%- for pattern in found.other -%}
        {%- do checks.append(
            '(not ' ~ is_ascii(value) ~ ' and ' ~ text_matches(value, pattern) ~ ')'
        ) -%}
    {%- endfor -%}
    {{ return(checks | join(' or ')) }}
{%- endmacro %}

{#
    Gives regular expressions for what is suspicious, `ascii` for all turns and `other` for those
    with letters beyond ASCII. One expression of too many phrases outgrows what an engine keeps
    in mind of it, and is then fifty times as slow as two of half as many.
#}
{% macro conversations_phrase_patterns() -%}
    {%- set personal = ['@[a-z0-9.-]+[.][a-z]', '[0-9]([ ()./-]{0,2}[0-9]){6}',
        '[0-9]{1,3}[.][0-9]{1,3}[.][0-9]{1,3}[.][0-9]'] -%}
    {#- compiled before its seeds are there, as a linter does, it says nothing of phrases -#}
    {%- if not execute or load_relation(ref('conversations_phrases')) is none -%}
        {{ return({'ascii': [personal | join('|')], 'other': []}) }}
    {%- endif -%}
    {%- if load_relation(ref('conversations_helplines')) is not none -%}
        {%- do personal.append('(^|[^0-9])' ~ conversations_helpline_numbers()) -%}
    {%- endif -%}
    {%- set rows = run_query(
        'select distinct phrases.phrase, phrases.match from ' ~ ref('conversations_phrases')
        ~ ' as phrases order by 1, 2'
    ).rows -%}
    {%- set words = {'ascii': [], 'other': []} -%}
    {%- set texts = {'ascii': [], 'other': []} -%}
    {%- for phrase, match in rows -%}
        {%- set kind = 'ascii' if phrase.isascii() else 'other' -%}
        {%- if match == 'text' -%}
            {%- do texts[kind].append(dbt.escape_single_quotes(phrase)) -%}
        {%- else -%}
            {%- do words[kind].append(
                phrase | replace('^', '') | replace(',', '') | replace("'", "[''’]?")
                | replace(' ', '[^a-z0-9]+')
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set patterns = {'ascii': [], 'other': []} -%}
    {%- for kind, more in [('ascii', personal + texts.ascii), ('other', texts.other)] -%}
        {%- for some in (words[kind] | batch(350) | list) or [[]] -%}
            {#- one group for all words: a repetition with a count in each would cost tenfold -#}
            {%- set parts = ['(^|[^a-z0-9])(' ~ some | join('|') ~ ')($|[^a-z0-9])']
                if some else [] -%}
            {%- do patterns[kind].append(
                ((more if loop.first else []) + parts) | join('|')
            ) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return({
        'ascii': patterns.ascii | select | list, 'other': patterns.other | select | list
    }) }}
{%- endmacro %}

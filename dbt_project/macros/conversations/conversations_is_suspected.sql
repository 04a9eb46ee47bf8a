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
    with letters beyond ASCII. An expression that is too long outgrows what an engine keeps in
    mind of it, and is then two hundred times as slow as two of half its length: numbers of
    helplines have one of their own, words as many as hold `longest` letters each.
#}
{% macro conversations_phrase_patterns(longest=6000) -%}
    {%- set personal = ['@[a-z0-9à-ÿа-яё.-]+[.][a-zа-яё]', '[0-9]([ ()./-]{0,2}[0-9]){6}',
        '[0-9]{1,3}[.][0-9]{1,3}[.][0-9]{1,3}[.][0-9]', '[23][0-9a-f]{3}:[0-9a-f]{0,4}:'] -%}
    {#- compiled before its seeds are there, as a linter does, it says nothing of phrases -#}
    {%- if not execute or load_relation(ref('conversations_phrases')) is none -%}
        {{ return({'ascii': [personal | join('|')], 'other': []}) }}
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
            {%- do texts[kind].append(
                dbt.escape_single_quotes(phrase) if kind == 'ascii' else
                phrase | replace('ai', '[ ]*ai[ ]*') | replace(',', '，') | replace('、', '，')
                | replace('，', '[ ]*[,，、][^a-z0-9]*')
            ) -%}
        {%- else -%}
            {%- do words[kind].append(
                phrase | replace('^', '') | replace(',', '') | replace("'", "[''’ʼ´]?")
                | replace(' ', '[^a-z0-9]+')
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set patterns = {'ascii': [personal | join('|')], 'other': []} -%}
    {%- if load_relation(ref('conversations_helplines')) is not none -%}
        {%- do patterns.ascii.append('(^|[^0-9])' ~ conversations_helpline_numbers()) -%}
    {%- endif -%}
    {%- for kind in ['ascii', 'other'] -%}
        {%- for some in conversations_batches(texts[kind], longest) -%}
            {%- do patterns[kind].append(some | join('|')) -%}
        {%- endfor -%}
        {%- for some in conversations_batches(words[kind], longest) -%}
            {#- one group for all words: a repetition with a count in each would cost tenfold -#}
            {%- do patterns[kind].append(
                '(^|[^a-z0-9])(' ~ some | join('|') ~ ')($|[^a-z0-9])'
            ) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(patterns) }}
{%- endmacro %}

{# Gives a list in parts, each of texts of so many letters at most in all, or of a single one. #}
{% macro conversations_batches(texts, longest) -%}
    {%- set batches = [] -%}
    {%- set left = namespace(letters=0) -%}
    {%- for text in texts -%}
        {%- if not batches or left.letters < text | length -%}
            {%- do batches.append([]) -%}
            {%- set left.letters = longest -%}
        {%- endif -%}
        {%- do batches[-1].append(text) -%}
        {%- set left.letters = left.letters - text | length - 1 -%}
    {%- endfor -%}
    {{ return(batches) }}
{%- endmacro %}

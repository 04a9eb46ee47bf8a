{#
    Says whether a text says a phrase of `int_conversations__phrases_parsed`. What is refused,
    recited or abusive stands in one clause, and a comma only where the phrase has one. A person
    in danger is not missed for a comma: there words reach to the end of the sentence.
#}
{% macro conversations_says(text, phrase) -%}
    case
        when {{ phrase }}.kind in ('refusal', 'boilerplate', 'toxic')
            then
                contains({{ text }}.clauses, {{ phrase }}.clauses)
                or contains({{ text }}.clauses, {{ phrase }}.bare_clauses)
        else contains({{ text }}.sentences, {{ phrase }}.words)
    end
{%- endmacro %}

{# Gives a text's clauses, with one that ends before its beginning and one that begins at its end. #}
{% macro conversations_clauses(value) -%}
    ' | ,' || {{ clauses_of(value) }} || ', '
{%- endmacro %}

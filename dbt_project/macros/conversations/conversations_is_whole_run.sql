{# Gives the names of the models that store what tiers 1 and 2 say of a conversation. #}
{% macro conversations_validating_models() -%}
    {{ return([
        'int_conversations__records_standardised', 'int_conversations__conversations_touched',
        'int_conversations__conversation_texts', 'int_conversations__conversations_measured',
        'int_conversations__turns_suspected', 'int_conversations__phrases_found',
        'int_conversations__personal_data_found', 'int_conversations__languages_detected',
        'int_conversations__checks_scored', 'int_conversations__tiers_scored'
    ]) }}
{%- endmacro %}

{#
    Says whether this run did all the work that a load asks for: a slice, or a selection that left
    a model of the chain out, must not mark loads as done.
#}
{% macro conversations_is_whole_run() -%}
    {%- if not execute -%}{{ return(true) }}{%- endif -%}
    {%- set missing = [] -%}
    {%- for name in conversations_validating_models()
        if 'model.sluice.' ~ name not in selected_resources -%}
        {%- do missing.append(name) -%}
    {%- endfor -%}
    {{ return(not missing and not conversations_is_slice()) }}
{%- endmacro %}

{# Says whether this run recomputes a slice (datasets, formats or dataset statuses named by hand). #}
{% macro conversations_is_slice() -%}
    {{ return(
        (listed_variable('datasets') + listed_variable('formats')
        + listed_variable('dataset_statuses')) | length > 0
    ) }}
{%- endmacro %}

{# Gives a text that changes when a rule changes: it has every conversation validated again. #}
{% macro conversations_settings_hash() -%}
    {{ return(incremental_rules_hash('conversations')) }}
{%- endmacro %}

{# Gives the ids of loads that no finished run has worked in; none (not a list) means: all of them. #}
{% macro conversations_pending_loads() -%}
    {%- set processed = stored_relation(
        'int_conversations__loads_processed', 'conversations_intermediate'
    ) -%}
    {%- if processed is none -%}{{ return(none) }}{%- endif -%}
    {%- set found = run_query(
        'select distinct files.load_id from ' ~ ref('stg_conversations__files') ~ ' as files'
        ~ ' where files.load_id not in (select processed.load_id from ' ~ processed
        ~ " as processed where processed.settings_hash = '" ~ conversations_settings_hash()
        ~ "') order by 1"
    ) -%}
    {{ return(found.columns[0].values() | list) }}
{%- endmacro %}

{#
    Gives the condition for the rows that make this run work: of its slice or of new loads.
    Without a column for the format (a message has none) a slice is cut by dataset only.
#}
{% macro conversations_is_touched(format_column=none) -%}
    {%- if conversations_is_slice() -%}
        {%- set conditions = [] -%}
        {%- if listed_variable('datasets') -%}
            {%- do conditions.append(
                'dataset_id in (' ~ listed_variable('datasets') | join(', ') ~ ')'
            ) -%}
        {%- endif -%}
        {%- if listed_variable('formats') and format_column -%}
            {%- do conditions.append(
                format_column ~ ' in (' ~ listed_variable('formats') | join(', ') ~ ')'
            ) -%}
        {%- endif -%}
        {%- if listed_variable('dataset_statuses') -%}
            {%- do conditions.append(
                'dataset_id in (select known.dataset_id from ' ~ ref('stg_conversations__datasets')
                ~ ' as known where known.status in ('
                ~ listed_variable('dataset_statuses') | join(', ') ~ '))'
            ) -%}
        {%- endif -%}
        {{ return(conditions | join(' and ') or 'true') }}
    {%- endif -%}
    {%- set loads = conversations_pending_loads() -%}
    {%- if loads is none -%}{{ return('true') }}{%- endif -%}
    {%- if not loads -%}{{ return('false') }}{%- endif -%}
    {%- set quoted = [] -%}
    {%- for load in loads -%}
        {%- do quoted.append("'" ~ dbt.escape_single_quotes(load) ~ "'") -%}
    {%- endfor -%}
    {{ return('load_id in (' ~ quoted | join(', ') ~ ')') }}
{%- endmacro %}

{# Gives the condition for conversations that are not yet validated by the rules in force. #}
{% macro conversations_are_new(column) -%}
    {%- set known = stored_relation(
        'int_conversations__tiers_scored', 'conversations_intermediate'
    ) -%}
    {%- if known is none or conversations_is_slice() -%}{{ return('true') }}{%- endif -%}
    {{ return(
        column ~ ' not in (select known.conversation_id from ' ~ known
        ~ " as known where known.settings_hash = '" ~ conversations_settings_hash() ~ "')"
    ) }}
{%- endmacro %}

{# Takes what an incremental table says of the conversations that are measured now out of it. #}
{% macro conversations_forget_touched() -%}
    {%- if is_incremental() -%}
        {{ delete_matching(
            this, ref('int_conversations__conversations_touched'),
            'target.conversation_id = other.conversation_id'
        ) }}
    {%- endif -%}
{%- endmacro %}

{# Gives the ids of loads to work in: new ones, and all there are under changed rules. #}
{% macro conversations_pending_loads() -%}
    {{ return(pending_loads(
        'conversations',
        processed="processed.settings_hash = '" ~ settings_hash('conversations') ~ "'"
    )) }}
{%- endmacro %}

{#
    Gives the condition for the rows that make this run work: of its slice or of new loads.
    Without a column for the format (a message has none) a slice is cut by dataset only.
#}
{% macro conversations_is_touched(format_column=none) -%}
    {%- set columns = {'datasets': 'dataset_id'} -%}
    {%- if format_column -%}{%- do columns.update({'formats': format_column}) -%}{%- endif -%}
    {%- set chosen = [in_slice(columns)] -%}
    {%- if listed_variable('dataset_statuses') -%}
        {%- do chosen.append(
            'dataset_id in (select known.dataset_id from ' ~ ref('stg_conversations__datasets')
            ~ ' as known where ' ~ in_slice({'dataset_statuses': 'known.status'}) ~ ')'
        ) -%}
    {%- endif -%}
    {%- if is_slice('conversations') -%}{{ return(chosen | join(' and ')) }}{%- endif -%}
    {{ return(is_pending(conversations_pending_loads())) }}
{%- endmacro %}

{# Gives the condition for conversations that are not yet validated by the rules in force. #}
{% macro conversations_are_new(column) -%}
    {%- set known = stored_relation('int_conversations__tiers_scored') -%}
    {%- if known is none or is_slice('conversations') -%}{{ return('true') }}{%- endif -%}
    {{ return(
        column ~ ' not in (select known.conversation_id from ' ~ known
        ~ " as known where known.settings_hash = '" ~ settings_hash('conversations') ~ "')"
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

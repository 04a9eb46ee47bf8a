{#
    Gives each different piece of a turn that a regular expression finds: that of its `group`.
    `is_told` says of all of them whether a word before them told what they are.
#}
{% macro conversations_pieces(content, pattern, group, is_told=none) -%}
    select distinct
        turns.conversation_id,
        turns.role,
        turns.turn,
        {% if is_told is not none %}{{ is_told }} as is_told,{% endif %}
        {{ array_elements("regexp_extract_all(" ~ content ~ ", '" ~ pattern ~ "', " ~ group ~ ")") }}
            as found
    from turns
{%- endmacro %}

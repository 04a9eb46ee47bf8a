{#
    Says whether this run did all the work that a load asks for: a slice, or a selection that left
    a model of the chain out, must not mark loads as done.
#}
{% macro conversations_is_whole_run() -%}
    {{ return(incremental_is_whole_run('conversations') and not conversations_is_slice()) }}
{%- endmacro %}

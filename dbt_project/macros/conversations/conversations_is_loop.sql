{#
    Says whether an answer goes round in circles: it ends as it went before, its last words stand
    before them already and make up much of it. `content_end` is its last 120 characters; the
    thresholds are a relation beside it.
#}
{% macro conversations_is_loop(content, content_end, char_count, is_answer) -%}
    case
        when
            not {{ is_answer }}
            or {{ char_count }} < thresholds.loop_min_chars
            or position(right({{ content_end }}, 30) in {{ content }}) > {{ char_count }} - 59
            then false
        else
            {{ char_count }} - length(replace({{ content }}, right({{ content_end }}, 30), ''))
            >= thresholds.loop_share * {{ char_count }}
            or (
                {{ char_count }} >= 400
                and position(right({{ content_end }}, 100) in {{ content }})
                <= {{ char_count }} - 199
            )
    end
{%- endmacro %}

{# Gives which role may follow which; a conversation begins as if a system turn had gone before. #}
{% macro conversations_orders() -%}
    'system>system', 'system>user', 'assistant>user', 'tool>user',
    'user>assistant', 'tool>assistant', 'assistant>tool', 'tool>tool'
{%- endmacro %}

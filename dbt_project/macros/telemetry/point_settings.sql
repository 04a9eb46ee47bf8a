{#
    Gives how series without cycles are scored, one place for all of it; each can be set as a var
    `telemetry_point_<name>`. Reaches are in slots; a slot is the lead-in's length / slots_in_lead_in.
    `false_alarm_rate` is the share of slots after the lead-in that may raise an alarm where nothing
    is wrong, learnt from the days before; a history of n periods is widened by
    1 + `history_widening` / n. A lead-in without a history has `lead_in_margin` / sensors^2 more
    margin. A sensor whose von Neumann ratio over
    `blocks_in_lead_in` blocks of its lead-in is below `wandering_ratio` wanders.
#}
{% macro point_setting(name) -%}
    {%- set defaults = {
        'lead_in_share': 0.25,
        'slots_in_lead_in': 100,
        'least_rises': 20,
        'most_falls': 0.1,
        'blocks_in_lead_in': 20,
        'wandering_ratio': 0.75,
        'level_reach': 2,
        'activity_reach': 4,
        'score_reach': 8,
        'clip': 6,
        'level_floor_share': 0.2,
        'activity_floor': 0.1,
        'usual_quantile': 0.95,
        'margin': 1.2,
        'false_alarm_rate': 0.01,
        'history_quantile': 0.95,
        'history_widening': 0.5,
        'lead_in_margin': 0.6,
        'period_hours': 12,
        'lead_ins_in_period': 2,
        'most_periods': 60,
        'least_distance': 0.5,
        'least_cycles': 10,
        'duration_floor': 0.02,
        'duration_sigmas': 3,
    } -%}
    {{ return(var('telemetry_point_' ~ name, defaults[name])) }}
{%- endmacro %}

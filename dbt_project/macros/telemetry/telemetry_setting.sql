{#
    Gives one of telemetry's settings: the dbt variable `telemetry_<name>`, or its default.

    baseline_days, min_baseline_cycles: what a baseline is made of
    on_threshold_w, idle_gap_seconds: where a source has no cycle id
    silence_gaps: a silence of this many sampling intervals ends a cycle
    plateau_share: share of its plateau from which a cycle without stages counts as holding
    drift_cycles: cycles a drift is looked for over
    curve_points: points of a stage's resampled curve
#}
{% macro telemetry_setting(name) -%}
    {{ return({
        'baseline_days': var('telemetry_baseline_days', 14),
        'min_baseline_cycles': var('telemetry_min_baseline_cycles', 5),
        'on_threshold_w': var('telemetry_on_threshold_w', 50),
        'idle_gap_seconds': var('telemetry_idle_gap_seconds', 30),
        'silence_gaps': var('telemetry_silence_gaps', 20),
        'plateau_share': var('telemetry_plateau_share', 0.9),
        'drift_cycles': var('telemetry_drift_cycles', 8),
        'curve_points': var('telemetry_curve_points', 20),
    }[name]) }}
{%- endmacro %}

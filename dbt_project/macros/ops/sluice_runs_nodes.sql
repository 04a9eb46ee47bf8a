{# Says whether this command runs nodes: `docs generate` and `compile` compile hooks too. #}
{% macro sluice_runs_nodes() %}
    {{ return(flags.WHICH in ("build", "run", "test", "seed", "snapshot", "retry", "clone")) }}
{% endmacro %}

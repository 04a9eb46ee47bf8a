{#
    Says whether this command runs nodes (`docs generate` and `compile` compile hooks too) and is
    written down: on DuckDB by the plugin, on Spark when it is a layer of a run.
#}
{% macro sluice_runs_nodes() %}
    {{ return(
        (target.type == "duckdb" or env_var("SLUICE_LAYER", ""))
        and flags.WHICH in ("build", "run", "test", "seed", "snapshot", "retry", "clone")
    ) }}
{% endmacro %}

{#
    Says whether this command runs nodes (`docs generate` and `compile` compile hooks too) and has
    the plugin of dbt-duckdb that writes them down. On Spark whoever calls dbt does that.
#}
{% macro sluice_runs_nodes() %}
    {{ return(
        target.type == "duckdb"
        and flags.WHICH in ("build", "run", "test", "seed", "snapshot", "retry", "clone")
    ) }}
{% endmacro %}

{# Writes a run down before its first node; called by on-run-start. #}
{% macro sluice_run_started() %}
    {% if execute and sluice_runs_nodes() %}
        {% do adapter.store_relation(
            "dbt_plugin", none, [], "run_started", "",
            {
                "graph": graph,
                "selected": selected_resources,
                "arguments": invocation_args_dict,
                "target": target.name,
            },
        ) %}
    {% endif %}
{% endmacro %}

{# Writes down how a run ended and shows it to readers; called by on-run-end. #}
{% macro sluice_run_finished(results) %}
    {% if execute and sluice_runs_nodes() %}
        {% do adapter.store_relation(
            "dbt_plugin", none, [], "run_finished", "", {"results": results}
        ) %}
    {% endif %}
{% endmacro %}

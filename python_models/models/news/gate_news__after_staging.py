"""Entries and pages must be fit to become articles."""

from expectations.gate import run_gate


def model(dbt, session):
    dbt.config(materialized="table", tags=["gate"])
    tables = {
        "entries": dbt.ref("stg_news__entries"),
        "pages": dbt.ref("stg_news__pages"),
        "runs": dbt.ref("stg_news__runs"),
        "feedback": dbt.ref("stg_news__feedback"),
    }
    accepted = dbt.config.meta_get("accepted_loads")
    return run_gate(dbt, session, "news", "after_staging", tables, accepted)

"""A run of news that has landed must be fit to be staged."""

from expectations.gate import run_gate


def model(dbt, session):
    dbt.config(materialized="table", tags=["gate"])
    tables = {
        "runs": dbt.source("raw_news", "runs"),
        "entries": dbt.source("raw_news", "entries"),
        "pages": dbt.source("raw_news", "pages"),
        "source_health": dbt.source("raw_news", "source_health"),
        "rejects": dbt.source("raw_news", "rejects"),
    }
    accepted = dbt.config.meta_get("accepted_loads")
    return run_gate(dbt, session, "news", "after_landing", tables, accepted)

"""What has landed must be fit to be staged."""

from expectations.gate import run_gate


def model(dbt, session):
    dbt.config(materialized="table", tags=["gate"])
    tables = {
        "studies": dbt.source("raw_experiments", "studies"),
        "concepts": dbt.source("raw_experiments", "concepts"),
        "templates": dbt.source("raw_experiments", "templates"),
        "models": dbt.source("raw_experiments", "models"),
        "files": dbt.source("raw_experiments", "files"),
        "rejects": dbt.source("raw_experiments", "rejects"),
    }
    accepted = dbt.config.meta_get("accepted_loads")
    return run_gate(dbt, session, "experiments", "after_landing", tables, accepted)

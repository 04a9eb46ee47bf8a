"""Syncs that have landed must be fit to be staged."""

from expectations.gate import run_gate


def model(dbt, session):
    dbt.config(materialized="table", tags=["gate"])
    tables = {
        "syncs": dbt.source("raw_knowledge", "syncs"),
        "sightings": dbt.source("raw_knowledge", "sightings"),
        "rejects": dbt.source("raw_knowledge", "rejects"),
    }
    accepted = dbt.config.meta_get("accepted_loads")
    return run_gate(dbt, session, "knowledge", "after_landing", tables, accepted)

"""What syncs saw must hold together before documents are made of it."""

from expectations.gate import run_gate


def model(dbt, session):
    dbt.config(materialized="table", tags=["gate"])
    tables = {
        "syncs": dbt.ref("stg_knowledge__syncs"),
        "sightings": dbt.ref("stg_knowledge__sightings"),
        "declarations": dbt.ref("stg_knowledge__declarations"),
    }
    return run_gate(dbt, session, "knowledge", "after_staging", tables)

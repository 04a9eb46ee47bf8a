"""Standardised records must be fit to be validated."""

from expectations.gate import run_gate


def model(dbt, session):
    dbt.config(materialized="table", tags=["gate"])
    tables = {
        "records": dbt.ref("stg_conversations__records"),
        "messages": dbt.ref("stg_conversations__messages"),
        "rejects": dbt.ref("stg_conversations__rejects"),
        "files": dbt.ref("stg_conversations__files"),
        "datasets": dbt.ref("stg_conversations__datasets"),
    }
    accepted = dbt.config.meta_get("accepted_loads")
    return run_gate(dbt, session, "conversations", "after_staging", tables, accepted)

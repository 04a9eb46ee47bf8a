"""What has landed must be fit to be staged."""

from expectations.gate import run_gate


def model(dbt, session):
    dbt.config(materialized="table", tags=["gate"])
    share = float(dbt.config.meta_get("error_tolerance"))
    tables = {
        "files": dbt.source("raw_conversations", "files"),
        "new_files": dbt.source("raw_conversations", "files"),
        "records": dbt.source("raw_conversations", "records"),
        "messages": dbt.source("raw_conversations", "messages"),
        "rejects": dbt.source("raw_conversations", "rejects"),
        "datasets": dbt.source("raw_conversations", "datasets"),
        "tolerance": session.sql(f"select {share} as error_share"),
    }
    accepted = dbt.config.meta_get("accepted_loads")
    return run_gate(dbt, session, "conversations", "after_landing", tables, accepted)

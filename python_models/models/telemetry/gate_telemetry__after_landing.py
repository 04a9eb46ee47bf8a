"""What has landed must be fit to be staged."""

from expectations.gate import run_gate


def model(dbt, session):
    dbt.config(materialized="table", schema="ops", tags=["gate", "telemetry"])
    tables = {}
    return run_gate(dbt, session, "telemetry", "after_landing", tables)

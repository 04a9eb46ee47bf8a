"""The marts must be fit to be what readers see."""

from expectations.gate import run_gate


def model(dbt, session):
    dbt.config(materialized="table", schema="ops", tags=["gate", "telemetry"])
    tables = {}
    return run_gate(dbt, session, "telemetry", "before_release", tables)

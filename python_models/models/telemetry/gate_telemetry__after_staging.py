"""Normalised readings must be fit to be cut into cycles."""

from expectations.gate import run_gate


def model(dbt, session):
    dbt.config(materialized="table", tags=["gate"])
    tables = {
        "readings": dbt.ref("stg_telemetry__readings"),
        "sensor_values": dbt.ref("stg_telemetry__sensor_values"),
        "labels": dbt.ref("stg_telemetry__labels"),
        "rejects": dbt.ref("stg_telemetry__rejects"),
        "files": dbt.ref("stg_telemetry__files"),
        "sources": dbt.ref("stg_telemetry__sources"),
    }
    accepted = dbt.config.meta_get("accepted_loads")
    return run_gate(dbt, session, "telemetry", "after_staging", tables, accepted)

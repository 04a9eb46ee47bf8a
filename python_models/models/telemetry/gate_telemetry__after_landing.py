"""What has landed must be fit to be staged."""

from expectations.gate import run_gate


def model(dbt, session):
    dbt.config(materialized="table", tags=["gate"])
    tables = {
        "files": dbt.source("raw_telemetry", "files"),
        "new_files": dbt.source("raw_telemetry", "files"),
        "readings": dbt.source("raw_telemetry", "readings"),
        "sensor_values": dbt.source("raw_telemetry", "sensor_values"),
        "labels": dbt.source("raw_telemetry", "labels"),
        "rejects": dbt.source("raw_telemetry", "rejects"),
        "sources": dbt.source("raw_telemetry", "sources"),
    }
    accepted = dbt.config.meta_get("accepted_loads")
    return run_gate(dbt, session, "telemetry", "after_landing", tables, accepted)

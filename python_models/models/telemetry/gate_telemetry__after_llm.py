"""Checked answers must be fit to be shown as data."""

from expectations.gate import run_gate


def model(dbt, session):
    dbt.config(materialized="table", tags=["gate"])
    tables = {
        "evidence": dbt.ref("int_telemetry__assessment_evidence"),
        "assessments": dbt.ref("int_telemetry__assessments_checked"),
        "evaluations": dbt.ref("int_telemetry__evaluations_checked"),
        "cycles": dbt.ref("cycles"),
    }
    return run_gate(dbt, session, "telemetry", "after_llm", tables)

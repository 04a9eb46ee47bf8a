"""Checked answers must be fit to be shown as data."""

from expectations.gate import run_gate


def model(dbt, session):
    dbt.config(materialized="table", tags=["gate"])
    tables = {
        "planned": dbt.ref("int_experiments__generations_planned"),
        "drafts": dbt.ref("int_experiments__drafts_checked"),
        "essays": dbt.ref("int_experiments__essays_checked"),
        "evaluations": dbt.ref("int_experiments__evaluations_checked"),
        "pairs_planned": dbt.ref("int_experiments__pairs_planned"),
        "pairs": dbt.ref("int_experiments__pairs_checked"),
    }
    return run_gate(dbt, session, "experiments", "after_llm", tables)

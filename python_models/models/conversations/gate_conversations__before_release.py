"""The marts must be fit to be what readers see."""

from expectations.gate import run_gate


def model(dbt, session):
    dbt.config(materialized="table", tags=["gate"])
    tables = {
        "landed": dbt.ref("stg_conversations__records"),
        "loads": dbt.ref("int_conversations__loads_processed"),
        "conversations": dbt.ref("conversations"),
        "messages": dbt.ref("messages"),
        "quality": dbt.ref("quality"),
        "datasets": dbt.ref("datasets"),
        "validations": dbt.ref("validations"),
        "quality_history": dbt.ref("quality_history"),
        "duplicates": dbt.ref("duplicates"),
        "sets": dbt.ref("sets"),
        "set_members": dbt.ref("set_members"),
    }
    return run_gate(dbt, session, "conversations", "before_release", tables)

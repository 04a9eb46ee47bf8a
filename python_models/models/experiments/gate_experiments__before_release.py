"""The marts must be fit to be what readers see."""

from expectations.gate import run_gate


def model(dbt, session):
    dbt.config(materialized="table", schema="ops", tags=["gate", "experiments"])
    tables = {
        "cohorts": dbt.ref("cohorts"),
        "combos": dbt.ref("combos"),
        "membership": dbt.ref("membership"),
        "generations": dbt.ref("generations"),
    }
    return run_gate(dbt, session, "experiments", "before_release", tables)

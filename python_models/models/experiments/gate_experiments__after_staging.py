"""Staged studies must be fit to be planned."""

from expectations.gate import run_gate


def model(dbt, session):
    dbt.config(materialized="table", tags=["gate"])
    tables = {
        "studies": dbt.ref("stg_experiments__studies"),
        "concepts": dbt.ref("stg_experiments__concepts"),
        "templates": dbt.ref("stg_experiments__templates"),
        "models": dbt.ref("stg_experiments__models"),
        "curated_combos": dbt.ref("stg_experiments__curated_combos"),
        "pair_factors": dbt.ref("stg_experiments__pair_factors"),
        "reevaluations": dbt.ref("stg_experiments__reevaluations"),
        "imports": dbt.ref("stg_experiments__imports"),
        "scorers": dbt.ref("stg_experiments__scorers"),
        "rejects": dbt.ref("stg_experiments__rejects"),
        "files": dbt.ref("stg_experiments__files"),
    }
    accepted = dbt.config.meta_get("accepted_loads")
    return run_gate(dbt, session, "experiments", "after_staging", tables, accepted)

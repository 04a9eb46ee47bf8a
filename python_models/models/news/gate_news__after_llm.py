"""Answers must be fit to become a report."""

from expectations.gate import run_gate


def model(dbt, session):
    dbt.config(materialized="table", tags=["gate"])
    dbt.ref("phase_news__09_validation")
    tables = {
        "categories": dbt.ref("int_news__categories"),
        "tier2": dbt.ref("int_news__tier2"),
        "tier3": dbt.ref("int_news__tier3"),
        "analyses": dbt.ref("int_news__analyses"),
        "backgrounds": dbt.ref("int_news__backgrounds"),
    }
    return run_gate(dbt, session, "news", "after_llm", tables)

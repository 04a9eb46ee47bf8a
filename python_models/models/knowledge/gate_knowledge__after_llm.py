"""What extractors said must be fit to become facts."""

from expectations.gate import run_gate


def model(dbt, session):
    dbt.config(materialized="table", tags=["gate"])
    tables = {
        "extracted": dbt.ref("llm_knowledge__extracted"),
        "supplemented": dbt.ref("llm_knowledge__supplemented"),
        "summarised": dbt.ref("llm_knowledge__communities_summarised"),
        "statements": dbt.ref("int_knowledge__statements"),
        "mentions": dbt.ref("int_knowledge__mentions"),
        "facts": dbt.ref("int_knowledge__facts"),
        "texts": dbt.ref("int_knowledge__texts"),
    }
    return run_gate(dbt, session, "knowledge", "after_llm", tables)

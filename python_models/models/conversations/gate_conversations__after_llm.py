"""Judgements must be fit to become part of a score."""

from expectations.gate import run_gate


def model(dbt, session):
    dbt.config(materialized="table", tags=["gate"])
    tables = {
        "queue": dbt.ref("int_conversations__conversations_queued"),
        "judgements": dbt.ref("int_conversations__judgements_checked"),
        "named": dbt.ref("int_conversations__disorders_named"),
    }
    return run_gate(dbt, session, "conversations", "after_llm", tables)

"""Syncs that have landed must be fit to be staged."""

from expectations.gate import run_gate
from python_models.knowledge.gating import accepted, judged_up_to, unread


def model(dbt, session):
    dbt.config(materialized="table", tags=["gate"])
    sightings = dbt.source("raw_knowledge", "sightings")
    syncs = dbt.source("raw_knowledge", "syncs")
    tables = {
        "syncs": syncs,
        "sightings": sightings,
        "unread": unread(session, sightings, judged_up_to(session, dbt.this)),
        "declarations": dbt.source("raw_knowledge", "declarations"),
        "rejects": dbt.source("raw_knowledge", "rejects"),
    }
    named = accepted(syncs, dbt.config.meta_get("accepted_loads"))
    return run_gate(dbt, session, "knowledge", "after_landing", tables, named)

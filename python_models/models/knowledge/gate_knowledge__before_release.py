"""What is to be released must hold together."""

from expectations.gate import run_gate


def model(dbt, session):
    dbt.config(materialized="table", tags=["gate"])
    tables = {
        "sources": dbt.ref("knowledge_sources"),
        "syncs": dbt.ref("syncs"),
        "objects": dbt.ref("objects"),
        "documents": dbt.ref("documents"),
        "corpus_members": dbt.ref("corpus_members"),
        "messages": dbt.ref("knowledge_messages"),
        "links": dbt.ref("links"),
        "chunks": dbt.ref("chunks"),
        "search_terms": dbt.ref("search_terms"),
        "search_term_counts": dbt.ref("search_term_counts"),
        "grid_cells": dbt.ref("grid_cells"),
        "current": dbt.ref("current"),
    }
    return run_gate(dbt, session, "knowledge", "before_release", tables)

from expectations.gate import run_gate


def model(dbt, session):
    dbt.config(materialized="table", tags=["gate"])
    tables = {
        "objects": dbt.ref("objects"), "documents": dbt.ref("documents"),
        "corpus_members": dbt.ref("corpus_members"), "messages": dbt.ref("knowledge_messages"),
        "links": dbt.ref("links"), "statements": dbt.ref("statements"), "facts": dbt.ref("facts"),
        "fact_chunks": dbt.ref("fact_chunks"), "entities": dbt.ref("knowledge_entities"),
        "entity_mentions": dbt.ref("entity_mentions"), "nodes": dbt.ref("nodes"),
        "edges": dbt.ref("edges"), "edge_support": dbt.ref("edge_support"),
        "cells": dbt.ref("int_knowledge__cells"), "texts": dbt.ref("int_knowledge__texts"),
        "ontology_lines": dbt.ref("stg_knowledge__ontologies"), "chunks": dbt.ref("chunks"),
        "chunkers": dbt.ref("knowledge_chunkers"), "search_terms": dbt.ref("search_terms"),
        "grid_cells": dbt.ref("grid_cells"), "grid_metrics": dbt.ref("grid_metrics"),
    }  # fmt: skip
    [  # what no promise reads waits for the gate all the same
        dbt.ref("knowledge_sources"), dbt.ref("syncs"), dbt.ref("log_events"),
        dbt.ref("log_templates"), dbt.ref("mentions"), dbt.ref("entity_aliases"),
        dbt.ref("entity_merges"), dbt.ref("entity_decisions"), dbt.ref("ontology_versions"),
        dbt.ref("ontology_misfits"), dbt.ref("coverage"), dbt.ref("conflicts"),
        dbt.ref("search_term_counts"), dbt.ref("current"), dbt.ref("embeddings"), dbt.ref("grids"),
        dbt.ref("grid_questions"), dbt.ref("data_state"), dbt.ref("communities"),
    ]  # fmt: skip
    return run_gate(dbt, session, "knowledge", "before_release", tables)

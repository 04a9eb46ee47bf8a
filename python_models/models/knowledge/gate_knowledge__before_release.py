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
        "log_events": dbt.ref("log_events"),
        "log_templates": dbt.ref("log_templates"),
        "chunks": dbt.ref("chunks"),
        "mentions": dbt.ref("mentions"),
        "statements": dbt.ref("statements"),
        "facts": dbt.ref("facts"),
        "fact_chunks": dbt.ref("fact_chunks"),
        "entities": dbt.ref("knowledge_entities"),
        "entity_aliases": dbt.ref("entity_aliases"),
        "entity_mentions": dbt.ref("entity_mentions"),
        "entity_merges": dbt.ref("entity_merges"),
        "entity_decisions": dbt.ref("entity_decisions"),
        "ontology_versions": dbt.ref("ontology_versions"),
        "ontology_misfits": dbt.ref("ontology_misfits"),
        "coverage": dbt.ref("coverage"),
        "nodes": dbt.ref("nodes"),
        "edges": dbt.ref("edges"),
        "edge_support": dbt.ref("edge_support"),
        "conflicts": dbt.ref("conflicts"),
        "cells": dbt.ref("int_knowledge__cells"),
        "texts": dbt.ref("int_knowledge__texts"),
        "ontology_lines": dbt.ref("stg_knowledge__ontologies"),
        "search_terms": dbt.ref("search_terms"),
        "search_term_counts": dbt.ref("search_term_counts"),
        "grid_cells": dbt.ref("grid_cells"),
        "current": dbt.ref("current"),
        "embeddings": dbt.ref("embeddings"),
        "grids": dbt.ref("grids"),
        "data_state": dbt.ref("data_state"),
        "grid_questions": dbt.ref("grid_questions"),
        "grid_metrics": dbt.ref("grid_metrics"),
    }
    return run_gate(dbt, session, "knowledge", "before_release", tables)

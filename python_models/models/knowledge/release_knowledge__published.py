def model(dbt, session):
    from python_models.knowledge.search.find import index_release
    from python_models.runs.publishing import publish

    dbt.config(materialized="table", tags=["release"])
    [
        dbt.ref("gate_knowledge__before_release"), dbt.ref("knowledge_sources"), dbt.ref("syncs"),
        dbt.ref("objects"), dbt.ref("documents"), dbt.ref("corpus_members"),
        dbt.ref("knowledge_messages"), dbt.ref("links"), dbt.ref("log_events"),
        dbt.ref("log_templates"), dbt.ref("chunks"), dbt.ref("mentions"), dbt.ref("statements"),
        dbt.ref("facts"), dbt.ref("fact_chunks"), dbt.ref("knowledge_entities"),
        dbt.ref("entity_aliases"), dbt.ref("entity_mentions"), dbt.ref("entity_merges"),
        dbt.ref("entity_decisions"), dbt.ref("ontology_versions"), dbt.ref("ontology_misfits"),
        dbt.ref("coverage"), dbt.ref("nodes"), dbt.ref("edges"), dbt.ref("edge_support"),
        dbt.ref("conflicts"), dbt.ref("search_terms"), dbt.ref("search_term_counts"),
        dbt.ref("grid_cells"), dbt.ref("current"), dbt.ref("embeddings"), dbt.ref("grids"),
        dbt.ref("grid_questions"), dbt.ref("grid_metrics"), dbt.ref("data_state"),
        dbt.ref("communities"),
    ]  # fmt: skip
    published = publish(dbt, session, "knowledge")
    index_release()
    return published

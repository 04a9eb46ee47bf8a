def model(dbt, session):
    from python_models.runs.publishing import publish

    dbt.config(materialized="table", tags=["release"])
    dbt.ref("gate_knowledge__before_release")
    dbt.ref("knowledge_sources")
    dbt.ref("syncs")
    dbt.ref("objects")
    dbt.ref("documents")
    dbt.ref("corpus_members")
    dbt.ref("knowledge_messages")
    dbt.ref("links")
    dbt.ref("chunks")
    dbt.ref("search_terms")
    dbt.ref("search_term_counts")
    dbt.ref("grid_cells")
    dbt.ref("current")
    return publish(dbt, session, "knowledge")

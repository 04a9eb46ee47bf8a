from python_models.knowledge.relations import left_by_last_build
from python_models.knowledge.summaries import summarised


def model(dbt, session):
    dbt.config(materialized="table", tags=["llm"])
    return summarised(
        session,
        dbt.ref("int_knowledge__graphs_projected"),
        dbt.ref("int_knowledge__cells"),
        left_by_last_build(session, dbt.this),
        str(dbt.config.meta_get("summaries")).lower() == "true",
    )

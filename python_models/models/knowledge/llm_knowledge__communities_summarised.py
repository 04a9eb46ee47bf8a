from python_models.knowledge.relations import left_by_last_build
from python_models.knowledge.summaries import summarised


def model(dbt, session):
    dbt.config(materialized="table", tags=["llm"])
    is_on = dbt.config.meta_get("summaries")
    return summarised(
        session,
        dbt.ref("int_knowledge__graphs_projected"),
        dbt.ref("int_knowledge__cells"),
        left_by_last_build(session, dbt.this),
        str(is_on).lower() == "true",
    )

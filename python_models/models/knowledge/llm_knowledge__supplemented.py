from python_models.knowledge.relations import rows_of
from python_models.knowledge.supplements import supplemented


def model(dbt, session):
    dbt.config(materialized="table", tags=["llm"])
    return supplemented(
        session,
        dbt.ref("int_knowledge__texts_queued"),
        rows_of(dbt.ref("knowledge_extractors")),
        rows_of(dbt.ref("int_knowledge__types_requested")),
        dbt.ref("stg_knowledge__ontologies"),
        dbt.ref("int_knowledge__texts_asked").filter("stage = 'supplements'"),
    )

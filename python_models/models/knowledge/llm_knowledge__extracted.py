from python_models.knowledge.extracted import extracted
from python_models.knowledge.relations import rows_of


def model(dbt, session):
    dbt.config(materialized="table", tags=["llm"])
    extractors = rows_of(dbt.ref("knowledge_extractors"))
    asked = dbt.ref("int_knowledge__texts_asked").filter("stage = 'extraction'")
    return extracted(session, dbt.ref("int_knowledge__texts_queued"), extractors, asked)

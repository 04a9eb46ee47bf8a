from python_models.knowledge.extracted import statements_of
from python_models.knowledge.relations import rows_of


def model(dbt, session):
    dbt.config(materialized="table")
    texts = dbt.ref("int_knowledge__texts")
    return statements_of(
        rows_of(dbt.ref("llm_knowledge__extracted").join(texts, "text_hash")),
        rows_of(dbt.ref("llm_knowledge__supplemented").join(texts, "text_hash")),
    )

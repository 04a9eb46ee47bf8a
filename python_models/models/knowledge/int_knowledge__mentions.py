from python_models.knowledge.extracted import mentions_of
from python_models.knowledge.relations import rows_of


def model(dbt, session):
    dbt.config(materialized="table")
    answers = dbt.ref("llm_knowledge__extracted")
    return mentions_of(rows_of(answers.join(dbt.ref("int_knowledge__texts"), "text_hash")))

from python_models.knowledge.facts import facts_of, said_by_fields, said_by_texts
from python_models.knowledge.relations import rows_of


def model(dbt, session):
    dbt.config(materialized="table")
    by_texts = said_by_texts(rows_of(dbt.ref("int_knowledge__facts_located")))
    by_fields = said_by_fields(rows_of(dbt.ref("int_knowledge__fields_stated")))
    documents = dbt.ref("int_knowledge__documents").project(
        "object_id, version, source, tier, content_hash, created_at, updated_at"
    )
    return facts_of(
        [*by_texts, *by_fields],
        rows_of(documents),
        rows_of(dbt.ref("int_knowledge__members")),
        rows_of(dbt.ref("int_knowledge__messages")),
        rows_of(dbt.ref("knowledge_strong_ids")),
    )

from python_models.knowledge.document_tables import documents_read
from python_models.knowledge.relations import left_by_last_build


def model(dbt, session):
    dbt.config(materialized="table")
    dbt.ref("gate_knowledge__after_staging")
    return documents_read(
        session,
        dbt.ref("int_knowledge__documents_planned"),
        dbt.ref("int_knowledge__objects"),
        dbt.ref("stg_knowledge__declarations"),
        left_by_last_build(session, dbt.this),
    )

from python_models.knowledge.document_tables import documents_read


def model(dbt, session):
    dbt.config(
        materialized="incremental",
        incremental_strategy="delete+insert",
        unique_key=["object_id", "version"],
    )
    plan = dbt.ref("int_knowledge__documents_planned")
    return documents_read(session, plan, str(dbt.this) if dbt.is_incremental else None)

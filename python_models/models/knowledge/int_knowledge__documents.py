from python_models.knowledge.document_tables import documents_read


def model(dbt, session):
    dbt.config(
        materialized="incremental",
        incremental_strategy="delete+insert",
        unique_key=["object_id", "version"],
    )
    dbt.ref("gate_knowledge__after_staging")
    return documents_read(
        session,
        dbt.ref("int_knowledge__documents_planned"),
        dbt.ref("int_knowledge__objects"),
        dbt.ref("stg_knowledge__declarations"),
        str(dbt.this) if dbt.is_incremental else None,
    )

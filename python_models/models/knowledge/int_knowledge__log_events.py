from python_models.knowledge.log_files.tables import events_read


def model(dbt, session):
    dbt.config(
        materialized="incremental",
        incremental_strategy="delete+insert",
        unique_key=["source", "stream", "position"],
    )
    return events_read(
        session,
        dbt.ref("int_knowledge__objects"),
        dbt.ref("stg_knowledge__declarations"),
        str(dbt.this) if dbt.is_incremental else None,
    )

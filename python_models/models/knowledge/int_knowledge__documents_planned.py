from python_models.knowledge.document_tables import planned


def model(dbt, session):
    dbt.config(materialized="table")
    return planned(dbt.ref("int_knowledge__objects"), dbt.ref("int_knowledge__log_templates"))

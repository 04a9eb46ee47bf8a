from python_models.knowledge.document_tables import messages_of


def model(dbt, session):
    dbt.config(materialized="table")
    return messages_of(dbt.ref("int_knowledge__documents"))

from python_models.knowledge.document_tables import links_of


def model(dbt, session):
    dbt.config(materialized="table")
    return links_of(dbt.ref("int_knowledge__documents"), dbt.ref("int_knowledge__objects"))

from python_models.knowledge.log_files.tables import templates_of


def model(dbt, session):
    dbt.config(materialized="table")
    return templates_of(dbt.ref("int_knowledge__log_events"))

from python_models.conversations.set_list import all_sets


def model(dbt, session):
    dbt.config(materialized="table", schema="conversations_intermediate", tags=["conversations"])
    return all_sets(dbt.ref("conversations_sets"))

from python_models.news.entities import entities_of
from python_models.news.tables import rows_of


def model(dbt, session):
    dbt.config(materialized="table")
    named = dbt.ref("int_news__entities_named").order("mention_count desc, name")
    return entities_of(rows_of(named), rows_of(dbt.ref("llm_news__entities_typed")))

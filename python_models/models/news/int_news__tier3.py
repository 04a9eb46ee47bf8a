from python_models.news.scores import tier3_of
from python_models.news.tables import rows_of


def model(dbt, session):
    dbt.config(materialized="table")
    return tier3_of(
        rows_of(dbt.ref("int_news__tier2").filter("passed").order("story_id")),
        rows_of(dbt.ref("llm_news__stories_assessed")),
    )

from python_models.news.passages import passages_of
from python_models.news.tables import rows_of


def model(dbt, session):
    dbt.config(materialized="table")
    return passages_of(rows_of(dbt.ref("int_news__article_versions")))

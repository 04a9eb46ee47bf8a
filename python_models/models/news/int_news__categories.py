from python_models.news.categories import categories_of
from python_models.news.tables import row_of


def model(dbt, session):
    dbt.config(materialized="table")
    return categories_of(row_of(dbt.ref("int_news__run")))

from python_models.news.entities import article_entities_of
from python_models.news.tables import rows_of


def model(dbt, session):
    dbt.config(materialized="table")
    return article_entities_of(
        rows_of(dbt.ref("int_news__entities")), rows_of(dbt.ref("int_news__evidence"))
    )

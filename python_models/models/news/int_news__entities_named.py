from python_models.news.entities import named_of
from python_models.news.evidence import known_of
from python_models.news.tables import rows_of


def model(dbt, session):
    dbt.config(materialized="table")
    dbt.ref("phase_news__07_paraphrasing")
    dictionary = rows_of(dbt.ref("int_news__entities_known"))
    known = known_of(rows_of(dbt.ref("news_aliases")), rows_of(dbt.ref("news_idf")), dictionary)
    return named_of(rows_of(dbt.ref("int_news__analyses")), dictionary, known)

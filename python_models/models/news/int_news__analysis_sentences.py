from python_models.news.analyses import analysis_sentences_of
from python_models.news.tables import rows_of


def model(dbt, session):
    dbt.config(materialized="table")
    return analysis_sentences_of(rows_of(dbt.ref("int_news__analyses").order("story_id")))

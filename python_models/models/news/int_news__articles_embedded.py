from python_models.news.tables import rows_of
from python_models.news.vectors import Idf, embedded


def model(dbt, session):
    dbt.config(materialized="table")
    # a mended word is nothing new in a story
    articles = dbt.ref("int_news__articles").project(
        "article_id, scored_title as title, scored_text as text, language"
    )
    screened = dbt.ref("int_news__articles_screened").filter("is_in_a_story")
    in_a_story = articles.join(screened.project("article_id"), "article_id")
    return embedded(rows_of(in_a_story), Idf(rows_of(dbt.ref("news_idf"))))

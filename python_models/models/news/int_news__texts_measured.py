from python_models.news.tables import rows_of
from python_models.news.topics import measured


def model(dbt, session):
    dbt.config(materialized="table")
    articles = dbt.ref("int_news__articles").project("article_id, title, title_is_made, text")
    screened = dbt.ref("int_news__articles_screened").filter("screened_because is null")
    return measured(
        rows_of(articles.join(screened.project("article_id"), "article_id")),
        rows_of(dbt.ref("int_news__categories")),
        rows_of(dbt.ref("news_title_patterns")),
    )

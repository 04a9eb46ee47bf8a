from python_models.news.tables import column_of, rows_of
from python_models.news.topics import measured


def model(dbt, session):
    dbt.config(materialized="table")
    articles = dbt.ref("int_news__articles").project(
        "article_id, lead_source, title, title_is_made, text"
    )
    screened = dbt.ref("int_news__articles_screened").filter("screened_because is null")
    names = dbt.ref("int_news__articles_embedded").project("article_id, names")
    told = articles.join(screened.project("article_id"), "article_id").join(names, "article_id")
    return measured(
        rows_of(told),
        rows_of(dbt.ref("int_news__categories")),
        rows_of(dbt.ref("news_title_patterns")),
        column_of(dbt.ref("int_news__reader_weights"), "weight_key", "weight"),
    )

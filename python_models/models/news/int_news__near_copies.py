from python_models.news.near_copies import near_copies_of
from python_models.news.tables import rows_of, setting_of


def model(dbt, session):
    dbt.config(materialized="table")
    articles = dbt.ref("int_news__articles").project("article_id, text")
    compared = dbt.ref("int_news__articles_screened").filter("is_compared")
    texts = articles.join(compared.project("article_id, effective_at"), "article_id")
    threshold = setting_of(dbt.ref("news_thresholds"), "near_copy_jaccard")
    return near_copies_of(rows_of(texts), threshold)

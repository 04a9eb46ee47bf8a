from python_models.news.story_vectors import vectors_after
from python_models.news.tables import column_of, rows_of, run_id_of


def model(dbt, session):
    dbt.config(materialized="table")
    return vectors_after(
        rows_of(dbt.ref("int_news__stories_carried")),
        rows_of(dbt.ref("int_news__story_articles")),
        column_of(dbt.ref("int_news__articles_embedded"), "article_id", "vector"),
        run_id_of(dbt.ref("int_news__run")),
        column_of(dbt.ref("int_news__members_carried"), "article_id", "story_id"),
    )

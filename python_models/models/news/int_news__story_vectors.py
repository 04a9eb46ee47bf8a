from python_models.news.stories import vectors_after
from python_models.news.tables import row_of, rows_of


def model(dbt, session):
    dbt.config(materialized="table")
    embedded = rows_of(dbt.ref("int_news__articles_embedded"))
    return vectors_after(
        rows_of(dbt.ref("int_news__stories_carried")),
        rows_of(dbt.ref("int_news__story_articles")),
        {row["article_id"]: row["vector"] for row in embedded},
        (row_of(dbt.ref("int_news__run")) or {"run_id": None})["run_id"],
    )

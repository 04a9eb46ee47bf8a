from python_models.news.analyses import checked_of
from python_models.news.evidence import known_of
from python_models.news.tables import row_of, rows_of


def model(dbt, session):
    dbt.config(materialized="table")
    run = row_of(dbt.ref("int_news__run")) or {}
    known = known_of(
        rows_of(dbt.ref("news_aliases")),
        rows_of(dbt.ref("news_idf")),
        rows_of(dbt.ref("int_news__entities_known")),
    )
    return checked_of(
        rows_of(dbt.ref("llm_news__analyses_written")),
        rows_of(dbt.ref("int_news__evidence")),
        run.get("language_written", "en"),
        known,
        attempt=1,
    )

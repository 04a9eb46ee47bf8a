from python_models.news.evidence import known_of
from python_models.news.tables import row_of, rows_of
from python_models.news.validation.stories import Told, validations_of


def model(dbt, session):
    dbt.config(materialized="table")
    dbt.ref("phase_news__08_enrichment")
    run = row_of(dbt.ref("int_news__run")) or {}
    known = known_of(
        rows_of(dbt.ref("news_aliases")),
        rows_of(dbt.ref("news_idf")),
        rows_of(dbt.ref("int_news__entities_known")),
    )
    told = Told.of(
        run.get("language_written", "en"),
        known,
        rows_of(dbt.ref("news_hedges")),
        rows_of(dbt.ref("int_news__evidence")),
        rows_of(dbt.ref("int_news__tier3")),
        rows_of(dbt.ref("int_news__entities")),
        rows_of(dbt.ref("int_news__backgrounds")),
        rows_of(dbt.ref("int_news__articles")),
    )
    return validations_of(run.get("run_id"), rows_of(dbt.ref("int_news__analyses")), told)

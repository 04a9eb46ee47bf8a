from python_models.news.backgrounds import backgrounds_of
from python_models.news.tables import rows_of, run_id_of


def model(dbt, session):
    dbt.config(materialized="table")
    return backgrounds_of(
        run_id_of(dbt.ref("int_news__run")),
        rows_of(dbt.ref("int_news__backgrounds_queued").order("entity_id")),
        rows_of(dbt.ref("llm_news__backgrounds_written")),
    )

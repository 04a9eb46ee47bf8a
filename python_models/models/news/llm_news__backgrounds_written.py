from python_models.llm import run_step
from python_models.news.backgrounds import asked_rows
from python_models.news.steps import BACKGROUND
from python_models.news.tables import row_of, rows_of


def model(dbt, session):
    dbt.config(materialized="table", tags=["llm"])
    run = row_of(dbt.ref("int_news__run")) or {}
    queued = rows_of(dbt.ref("int_news__backgrounds_queued").order("entity_id"))
    asked = asked_rows(queued, run.get("language_written", "en"))
    return run_step(session, asked, BACKGROUND, node="llm_news__backgrounds_written")

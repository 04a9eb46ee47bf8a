from python_models.llm import run_step
from python_models.news.questions import mended_rows
from python_models.news.steps import ANALYSIS_AGAIN
from python_models.news.tables import row_of, rows_of


def model(dbt, session):
    dbt.config(materialized="table", tags=["llm"])
    stories = mended_rows(
        row_of(dbt.ref("int_news__run")),
        rows_of(dbt.ref("int_news__analyses_checked")),
        rows_of(dbt.ref("int_news__ranking")),
        rows_of(dbt.ref("int_news__evidence")),
    )
    return run_step(session, stories, ANALYSIS_AGAIN, node="llm_news__analyses_rewritten")

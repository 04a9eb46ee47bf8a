from python_models.llm import run_step
from python_models.news.steps import ASSESSMENT, as_declared
from python_models.news.tables import row_of


def model(dbt, session):
    dbt.config(materialized="table", tags=["llm"])
    step = as_declared(ASSESSMENT, row_of(dbt.ref("int_news__run")), "tier3_5d")
    drawn = dbt.ref("int_news__audits_queued").order("article_id")
    return run_step(session, drawn, step, node="llm_news__audits_assessed")

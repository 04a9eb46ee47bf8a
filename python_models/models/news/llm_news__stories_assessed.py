from python_models.llm import run_step
from python_models.news.questions import assessed_rows
from python_models.news.steps import ASSESSMENT, as_declared
from python_models.news.tables import row_of, rows_of


def model(dbt, session):
    dbt.config(materialized="table", tags=["llm"])
    run = row_of(dbt.ref("int_news__run"))
    stories = assessed_rows(
        run, rows_of(dbt.ref("int_news__tier2")), rows_of(dbt.ref("int_news__evidence"))
    )
    step = as_declared(ASSESSMENT, run, "tier3_5d")
    return run_step(session, stories, step, node="llm_news__stories_assessed")

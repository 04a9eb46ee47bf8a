from python_models.llm import run_step
from python_models.news.questions import written_rows
from python_models.news.steps import ANALYSIS, as_declared
from python_models.news.tables import row_of, rows_of


def model(dbt, session):
    dbt.config(materialized="table", tags=["llm"])
    dbt.ref("phase_news__06_ranking")
    run = row_of(dbt.ref("int_news__run"))
    stories = written_rows(
        run, rows_of(dbt.ref("int_news__ranking")), rows_of(dbt.ref("int_news__evidence"))
    )
    step = as_declared(ANALYSIS, run, "paraphrasing")
    return run_step(session, stories, step, node="llm_news__analyses_written")

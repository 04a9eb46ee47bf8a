from dataclasses import replace

from python_models.llm import run_step
from python_models.news.questions import queued_rows, said_once
from python_models.news.steps import RELEVANCE, as_declared
from python_models.news.tables import row_of, rows_of


def model(dbt, session):
    dbt.config(materialized="table", tags=["llm"])
    run = row_of(dbt.ref("int_news__run"))
    step = as_declared(RELEVANCE, run, "tier2_batch")
    categories = rows_of(dbt.ref("int_news__categories"))
    stories = dbt.ref("int_news__stories_queued").filter("not is_too_short").order("story_id")
    return run_step(
        session,
        queued_rows(stories.to_arrow_table(), categories),
        replace(step, said_once=said_once(run, categories)),
        node="llm_news__relevance_scored",
    )

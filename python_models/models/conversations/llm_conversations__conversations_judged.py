from python_models.conversations.judgement import STEP
from python_models.llm import run_step


def model(dbt, session):
    dbt.config(
        materialized="table",
        tags=["llm"],
    )
    queued = dbt.ref("int_conversations__conversations_queued")
    return run_step(session, queued, STEP, node="llm_conversations__conversations_judged")

from python_models.llm import run_step
from python_models.telemetry.evaluation import STEP


def model(dbt, session):
    dbt.config(materialized="table", tags=["llm"])
    evidence = dbt.ref("int_telemetry__evaluation_evidence")
    return run_step(session, evidence, STEP, node="llm_telemetry__assessments_evaluated")

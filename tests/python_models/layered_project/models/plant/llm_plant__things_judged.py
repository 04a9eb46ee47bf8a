def model(dbt, session):
    from tests.python_models.tiny_gate import judge

    dbt.config(materialized="table", tags=["llm"])
    return judge(session, dbt.ref("things"), "llm_plant__things_judged", 100)

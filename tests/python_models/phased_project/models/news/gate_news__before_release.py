def model(dbt, session):
    from tests.python_models.tiny_gate import check

    dbt.config(materialized="table", schema="ops", meta={"phase": "10 final_report"})
    return check(session, dbt.ref("scores"), "gate_news__before_release", "score")

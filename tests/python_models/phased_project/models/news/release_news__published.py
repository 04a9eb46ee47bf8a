def model(dbt, session):
    from python_models.runs.publishing import publish

    dbt.config(materialized="table", schema="ops", meta={"phase": "10 final_report"})
    dbt.ref("gate_news__before_release")
    dbt.ref("scores")
    return publish(dbt, session, "news")

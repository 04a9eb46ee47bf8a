def model(dbt, session):
    from python_models.runs.publishing import publish

    dbt.config(materialized="table", schema="ops", meta={"phase": "10 final_report"})
    dbt.ref("scores")
    return publish(dbt, session, "news")

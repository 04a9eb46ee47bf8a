def model(dbt, session):
    from python_models.runs.phase_store import store_phase

    dbt.config(materialized="table", schema="news_intermediate", meta={"phase": "10 final_report"})
    return store_phase(
        dbt,
        session,
        {"reports": dbt.ref("int_news__reports")},
        node="phase_news__10_final_report",
        run=dbt.ref("int_news__run"),
    )

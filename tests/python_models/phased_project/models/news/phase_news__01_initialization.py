def model(dbt, session):
    from python_models.runs.phase_store import store_phase

    dbt.config(materialized="table", schema="news_intermediate", meta={"phase": "1 initialization"})
    return store_phase(
        dbt,
        session,
        {"run": dbt.ref("int_news__run")},
        node="phase_news__01_initialization",
        run=dbt.ref("int_news__run"),
    )

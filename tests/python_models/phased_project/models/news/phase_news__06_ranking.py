def model(dbt, session):
    from python_models.runs.phase_store import store_phase

    dbt.config(materialized="table", schema="news_intermediate", meta={"phase": "6 ranking"})
    return store_phase(
        dbt,
        session,
        {"ranking": dbt.ref("int_news__ranking")},
        node="phase_news__06_ranking",
        run=dbt.ref("int_news__run"),
    )

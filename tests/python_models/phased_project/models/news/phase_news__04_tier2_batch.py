def model(dbt, session):
    from python_models.runs.phase_store import store_phase

    dbt.config(materialized="table", schema="news_intermediate", meta={"phase": "4 tier2_batch"})
    return store_phase(
        dbt,
        session,
        {"tier2": dbt.ref("int_news__tier2")},
        node="phase_news__04_tier2_batch",
        run=dbt.ref("int_news__run"),
    )

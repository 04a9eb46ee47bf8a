def model(dbt, session):
    from python_models.runs.phase_store import store_phase

    dbt.config(materialized="table", schema="news_intermediate", meta={"phase": "3 tier1_filter"})
    return store_phase(
        dbt,
        session,
        {"tier1": dbt.ref("int_news__tier1")},
        node="phase_news__03_tier1_filter",
        run=dbt.ref("int_news__run"),
    )

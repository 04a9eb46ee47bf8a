def model(dbt, session):
    from python_models.runs.phase_store import store_phase

    dbt.config(materialized="table", schema="news_intermediate", meta={"phase": "2 scraping"})
    return store_phase(
        dbt,
        session,
        {"articles": dbt.ref("int_news__articles")},
        node="phase_news__02_scraping",
        run=dbt.ref("int_news__run"),
    )

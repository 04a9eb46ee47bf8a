from python_models.runs.phase_store import store_phase


def model(dbt, session):
    dbt.config(materialized="table")
    return store_phase(
        dbt,
        session,
        {"tier2": dbt.ref("int_news__tier2")},
        node="phase_news__04_tier2_batch",
        run=dbt.ref("int_news__run"),
    )

from python_models.runs.phase_store import store_phase


def model(dbt, session):
    dbt.config(materialized="table")
    return store_phase(
        dbt,
        session,
        {
            "tier3": dbt.ref("int_news__tier3"),
            "evidence": dbt.ref("int_news__evidence"),
        },
        node="phase_news__05_tier3_5d",
        run=dbt.ref("int_news__run"),
    )

from python_models.runs.phase_store import store_phase


def model(dbt, session):
    dbt.config(materialized="table")
    return store_phase(
        dbt,
        session,
        {"ranking": dbt.ref("int_news__ranking"), "audits": dbt.ref("int_news__audits")},
        node="phase_news__06_ranking",
        run=dbt.ref("int_news__run"),
    )

from python_models.runs.phase_store import store_phase


def model(dbt, session):
    dbt.config(materialized="table")
    return store_phase(
        dbt,
        session,
        {
            "analyses": dbt.ref("int_news__analyses"),
            "analysis_sentences": dbt.ref("int_news__analysis_sentences"),
        },
        node="phase_news__07_paraphrasing",
        run=dbt.ref("int_news__run"),
    )

from python_models.runs.phase_store import store_phase


def model(dbt, session):
    dbt.config(materialized="table")
    return store_phase(
        dbt,
        session,
        {
            "backgrounds": dbt.ref("int_news__backgrounds"),
            "entities": dbt.ref("int_news__entities"),
            "article_entities": dbt.ref("int_news__article_entities"),
        },
        node="phase_news__08_enrichment",
        run=dbt.ref("int_news__run"),
    )

from python_models.runs.phase_store import store_phase


def model(dbt, session):
    dbt.config(materialized="table")
    run = dbt.ref("int_news__run")
    return store_phase(
        dbt,
        session,
        {
            "run": run,
            "config": run.project("run_id, report, as_of, config, config_hash"),
            "categories": dbt.ref("int_news__categories"),
            "reader_weights": dbt.ref("int_news__reader_weights"),
            "entities_known": dbt.ref("int_news__entities_known"),
            "company_context": run.project("run_id, company_context"),
        },
        node="phase_news__01_initialization",
        run=run,
    )

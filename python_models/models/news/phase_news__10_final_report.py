from python_models.runs.phase_store import store_phase


def model(dbt, session):
    dbt.config(materialized="table")
    return store_phase(
        dbt,
        session,
        {
            "report_items": dbt.ref("int_news__report_items"),
            "reports": dbt.ref("int_news__reports"),
            "article_costs": dbt.ref("int_news__article_costs"),
            "funnel": dbt.ref("int_news__funnel"),
        },
        node="phase_news__10_final_report",
        run=dbt.ref("int_news__run"),
    )

from python_models.news.report.costs import costs_of
from python_models.news.tables import rows_of, run_id_of


def model(dbt, session):
    dbt.config(materialized="table")
    dbt.ref("gate_news__after_llm")
    entities = rows_of(dbt.ref("int_news__entities"))
    return costs_of(
        run_id_of(dbt.ref("int_news__run")),
        rows_of(dbt.ref("int_news__tier2")),
        rows_of(dbt.ref("int_news__tier3")),
        rows_of(dbt.ref("int_news__analyses")),
        entities,
        [row for row in entities if row["call_id"]],
        rows_of(dbt.ref("int_news__backgrounds")),
    )

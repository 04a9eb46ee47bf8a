from python_models.news.audits import drawn_of
from python_models.news.tables import column_of, row_of, rows_of


def model(dbt, session):
    dbt.config(materialized="table")
    dbt.ref("phase_news__05_tier3_5d")
    return drawn_of(
        row_of(dbt.ref("int_news__run")),
        rows_of(dbt.ref("int_news__tier1")),
        rows_of(dbt.ref("int_news__tier2")),
        rows_of(dbt.ref("int_news__articles")),
        rows_of(dbt.ref("int_news__passages")),
        column_of(dbt.ref("int_news__stories"), "story_id", "host_count"),
    )

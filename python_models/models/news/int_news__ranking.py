from python_models.news.ranking import Choice, ranking_of
from python_models.news.steps import report_of
from python_models.news.tables import column_of, row_of, rows_of, setting_of


def model(dbt, session):
    dbt.config(materialized="table")
    dbt.ref("phase_news__05_tier3_5d")
    report = report_of(row_of(dbt.ref("int_news__run")))
    lambda_ = setting_of(dbt.ref("news_thresholds"), "mmr_lambda")
    return ranking_of(
        rows_of(dbt.ref("int_news__tier3")),
        column_of(dbt.ref("int_news__story_vectors"), "story_id", "vector"),
        Choice.of(report, lambda_),
    )

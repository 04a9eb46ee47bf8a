from python_models.news.audits import audits_of
from python_models.news.ranking import Choice
from python_models.news.steps import report_of
from python_models.news.tables import column_of, row_of, rows_of, setting_of


def model(dbt, session):
    dbt.config(materialized="table")
    report = report_of(row_of(dbt.ref("int_news__run")))
    dbt.ref("int_news__ranking")
    return audits_of(
        rows_of(dbt.ref("int_news__audits_queued").order("article_id")),
        rows_of(dbt.ref("llm_news__audits_assessed")),
        rows_of(dbt.ref("int_news__tier3")),
        column_of(dbt.ref("int_news__story_vectors"), "story_id", "vector"),
        Choice.of(report, setting_of(dbt.ref("news_thresholds"), "mmr_lambda")),
    )

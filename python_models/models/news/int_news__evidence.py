from python_models.news.evidence import Shown, evidence_of
from python_models.news.tables import rows_of, setting_of


def model(dbt, session):
    dbt.config(materialized="table")
    dbt.ref("phase_news__04_tier2_batch")
    thresholds = dbt.ref("news_thresholds")
    return evidence_of(
        rows_of(dbt.ref("int_news__tier2").filter("passed")),
        rows_of(dbt.ref("int_news__story_articles")),
        rows_of(dbt.ref("int_news__articles")),
        rows_of(dbt.ref("int_news__passages")),
        Shown(
            int(setting_of(thresholds, "evidence_characters")),
            int(setting_of(thresholds, "articles_per_host")),
        ),
    )

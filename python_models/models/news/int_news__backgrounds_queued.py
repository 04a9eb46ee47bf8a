from python_models.news.backgrounds import queued_of
from python_models.news.tables import row_of, rows_of, setting_of


def model(dbt, session):
    dbt.config(materialized="table")
    thresholds = dbt.ref("news_thresholds")
    run = row_of(dbt.ref("int_news__run")) or {}
    return queued_of(
        rows_of(dbt.ref("int_news__entities").order("mention_count desc, name")),
        rows_of(dbt.ref("int_news__entities_known")),
        rows_of(dbt.ref("int_news__passages")),
        rows_of(dbt.ref("int_news__backgrounds_carried")),
        run.get("as_of"),
        int(setting_of(thresholds, "evidence_per_entity")),
        int(setting_of(thresholds, "entities_per_story")),
    )

from python_models.news.tables import rows_of, setting_of
from python_models.news.versions import versions_of


def model(dbt, session):
    dbt.config(materialized="table")
    thresholds = dbt.ref("news_thresholds")
    return versions_of(
        rows_of(dbt.ref("int_news__entries_kept")),
        rows_of(dbt.ref("int_news__pages_kept")),
        rescored_share=setting_of(thresholds, "rescored_share"),
        stub_characters=int(setting_of(thresholds, "stub_characters")),
    )

from python_models.news.tables import rows_of, setting_of
from python_models.news.told import Limits, stories_of


def model(dbt, session):
    dbt.config(materialized="table")
    thresholds = dbt.ref("news_thresholds")
    copies = dbt.ref("int_news__near_copies").project("article_id")
    candidates = dbt.ref("int_news__articles_screened").filter("screened_because is null")
    return stories_of(
        rows_of(dbt.ref("int_news__story_articles")),
        rows_of(dbt.ref("int_news__stories_carried")),
        rows_of(candidates.join(copies, "article_id", how="anti")),
        rows_of(dbt.ref("int_news__articles_embedded")),
        Limits(
            int(setting_of(thresholds, "lead_characters")),
            int(setting_of(thresholds, "update_hosts")),
        ),
    )

from datetime import timedelta

from python_models.news.stories import Stories, joined
from python_models.news.tables import column_of, rows_of, run_id_of, setting_of


def model(dbt, session):
    dbt.config(materialized="table")
    thresholds = dbt.ref("news_thresholds")
    vectors = dbt.ref("int_news__articles_embedded").project("article_id, vector")
    articles = dbt.ref("int_news__articles_screened").filter("is_in_a_story")
    stories = Stories(
        setting_of(thresholds, "story_cosine"),
        timedelta(hours=setting_of(thresholds, "story_window_hours")),
    )
    return joined(
        rows_of(articles.join(vectors, "article_id")),
        rows_of(dbt.ref("int_news__stories_carried")),
        rows_of(dbt.ref("int_news__members_carried")),
        column_of(dbt.ref("int_news__near_copies"), "article_id", "copy_of"),
        run_id_of(dbt.ref("int_news__run")),
        stories,
    )

from datetime import timedelta

from python_models.news.stories import Stories, joined
from python_models.news.story_words import moved, words_of
from python_models.news.tables import column_of, row_of, rows_of, run_id_of, setting_of


def model(dbt, session):
    dbt.config(materialized="table")
    thresholds, run = dbt.ref("news_thresholds"), dbt.ref("int_news__run")
    vectors = dbt.ref("int_news__articles_embedded").project("article_id, vector")
    articles = dbt.ref("int_news__articles_screened").filter("is_in_a_story")
    stories = Stories(
        setting_of(thresholds, "story_cosine"),
        timedelta(hours=setting_of(thresholds, "story_window_hours")),
    )
    stories.carry(rows_of(dbt.ref("int_news__stories_carried")))
    members, words = rows_of(dbt.ref("int_news__members_carried")), words_of(row_of(run))
    told = column_of(vectors, "article_id", "vector")
    return joined(
        rows_of(articles.join(vectors, "article_id")),
        moved(members, words, told, run_id_of(run), stories),
        column_of(dbt.ref("int_news__near_copies"), "article_id", "copy_of"),
        run_id_of(run),
        stories,
    )

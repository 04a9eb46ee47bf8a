from datetime import timedelta

from python_models.news.stories import Stories, joined
from python_models.news.story_words import moved, words_of
from python_models.news.tables import column_of, row_of, rows_of, setting_of


def model(dbt, session):
    dbt.config(materialized="table")
    thresholds, run = dbt.ref("news_thresholds"), row_of(dbt.ref("int_news__run"))
    vectors = dbt.ref("int_news__articles_embedded").project("article_id, vector")
    articles = dbt.ref("int_news__articles_screened").filter("is_in_a_story")
    run_id = run["run_id"] if run else None
    stories = Stories(
        setting_of(thresholds, "story_cosine"),
        timedelta(hours=setting_of(thresholds, "story_window_hours")),
    )
    for row in rows_of(dbt.ref("int_news__stories_carried")):
        stories.carry(row)
    return joined(
        rows_of(articles.join(vectors, "article_id")),
        moved(
            rows_of(dbt.ref("int_news__members_carried")),
            words_of(run),
            column_of(vectors, "article_id", "vector"),
            run_id,
            stories,
        ),
        column_of(dbt.ref("int_news__near_copies"), "article_id", "copy_of"),
        run_id,
        stories,
    )

from python_models.runs.phase_store import store_phase


def model(dbt, session):
    dbt.config(materialized="table")
    return store_phase(
        dbt,
        session,
        {
            "tier1": dbt.ref("int_news__tier1"),
            "stories": dbt.ref("int_news__stories"),
            "story_articles": dbt.ref("int_news__story_articles"),
            "near_copies": dbt.ref("int_news__near_copies"),
            "story_vectors": dbt.ref("int_news__story_vectors"),
            "articles_embedded": dbt.ref("int_news__articles_embedded"),
        },
        node="phase_news__03_tier1_filter",
        run=dbt.ref("int_news__run"),
    )

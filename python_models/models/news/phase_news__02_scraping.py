from python_models.runs.phase_store import store_phase


def model(dbt, session):
    dbt.config(materialized="table")
    asked = dbt.ref("int_news__sources_asked")
    return store_phase(
        dbt,
        session,
        {
            "articles": dbt.ref("int_news__articles"),
            "sources_scraped": asked.filter("not has_failed"),
            "sources_failed": asked.filter("has_failed"),
            "sources_asked": asked,
            "article_versions": dbt.ref("int_news__article_versions"),
            "article_sources": dbt.ref("int_news__article_sources"),
            "passages": dbt.ref("int_news__passages"),
        },
        node="phase_news__02_scraping",
        run=dbt.ref("int_news__run"),
    )

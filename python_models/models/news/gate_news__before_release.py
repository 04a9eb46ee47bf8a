"""The marts must be fit to be what readers see."""

from expectations.gate import run_gate


def model(dbt, session):
    dbt.config(materialized="table", tags=["gate"])
    dbt.ref("phase_news__10_final_report")
    tables = {
        "articles": dbt.ref("articles"), "article_versions": dbt.ref("article_versions"),
        "article_sources": dbt.ref("article_sources"), "passages": dbt.ref("passages"),
        "sources": dbt.ref("sources"), "source_health": dbt.ref("source_health"),
        "fetches": dbt.ref("fetches"), "stories": dbt.ref("stories"),
        "story_articles": dbt.ref("story_articles"), "tier1": dbt.ref("tier1"),
        "tier2": dbt.ref("tier2"), "tier3": dbt.ref("tier3"), "ranking": dbt.ref("ranking"),
        "analyses": dbt.ref("analyses"), "analysis_sentences": dbt.ref("analysis_sentences"),
        "entities": dbt.ref("entities"), "article_entities": dbt.ref("article_entities"),
        "backgrounds": dbt.ref("backgrounds"), "validations": dbt.ref("news_validations"),
        "reports": dbt.ref("news_reports"), "report_items": dbt.ref("report_items"),
        "article_costs": dbt.ref("article_costs"), "funnel": dbt.ref("funnel"),
        "feedback": dbt.ref("feedback"), "audits": dbt.ref("audits"),
        "reader_weights": dbt.ref("reader_weights"),
    }  # fmt: skip
    return run_gate(dbt, session, "news", "before_release", tables)

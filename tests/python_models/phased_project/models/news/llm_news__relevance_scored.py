def model(dbt, session):
    import os

    from tests.python_models.tiny_gate import judge

    dbt.config(
        materialized="table",
        schema="news_intermediate",
        tags=["llm"],
        meta={"phase": "4 tier2_batch"},
    )
    dbt.ref("phase_news__03_tier1_filter")
    most = int(os.environ.get("TINY_MOST_CALLS", "100"))
    asked = dbt.ref("int_news__tier1").project("machine, note")
    return judge(session, asked, "llm_news__relevance_scored", most)

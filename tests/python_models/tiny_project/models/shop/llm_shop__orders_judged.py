def model(dbt, session):
    from tests.python_models.tiny_gate import judge

    dbt.config(materialized="table", schema="shop_intermediate", tags=["llm", "shop"])
    most = dbt.config.meta_get("most_calls")
    return judge(session, dbt.ref("orders"), "llm_shop__orders_judged", int(most))

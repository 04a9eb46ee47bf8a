def model(dbt, session):
    from tests.python_models.tiny_gate import check

    dbt.config(materialized="table", schema="ops", tags=["gate", "shop"])
    dbt.ref("llm_shop__orders_judged")
    return check(session, dbt.ref("orders"), "gate_shop__before_release", "price")

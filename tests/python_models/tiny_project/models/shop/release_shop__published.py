def model(dbt, session):
    from python_models.runs.publishing import publish

    dbt.config(materialized="table", schema="ops", tags=["release", "shop"])
    dbt.ref("gate_shop__before_release")
    dbt.ref("orders")
    return publish(dbt, session, "shop")

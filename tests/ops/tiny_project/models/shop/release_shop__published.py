def model(dbt, session):
    from python_models.release.publish import publish

    dbt.config(materialized="table", schema="ops", tags=["release", "shop"])
    dbt.ref("gate_shop__before_release")
    dbt.ref("orders")
    return publish(dbt, session, "shop")

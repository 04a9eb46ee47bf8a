def model(dbt, session):
    from python_models.runs.publishing import publish

    dbt.config(materialized="table", schema="ops", tags=["release", "tiny"])
    dbt.ref("gate_tiny__before_release")
    dbt.ref("things")
    dbt.ref("totals")
    return publish(dbt, session, "tiny")

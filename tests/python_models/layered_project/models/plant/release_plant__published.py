def model(dbt, session):
    from python_models.runs.publishing import publish

    dbt.config(materialized="table", tags=["release"])
    dbt.ref("gate_plant__before_release")
    dbt.ref("things")
    dbt.ref("judgements")
    return publish(dbt, session, "plant")

def model(dbt, session):
    from python_models.runs.publishing import publish

    dbt.config(materialized="table", tags=["release"])
    dbt.ref("gate_conversations__before_release")
    dbt.ref("datasets")
    dbt.ref("conversations")
    dbt.ref("messages")
    dbt.ref("quality")
    dbt.ref("validations")
    dbt.ref("quality_history")
    dbt.ref("duplicates")
    dbt.ref("sets")
    dbt.ref("set_members")
    return publish(dbt, session, "conversations")

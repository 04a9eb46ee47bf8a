def model(dbt, session):
    from tests.python_models.tiny_gate import check

    dbt.config(materialized="table", tags=["gate"])
    dbt.ref("judgements")
    return check(session, dbt.ref("things"), "gate_plant__before_release")

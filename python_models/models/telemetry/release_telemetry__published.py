def model(dbt, session):
    from python_models.runs.publishing import publish

    dbt.config(materialized="table", tags=["release"])
    dbt.ref("gate_telemetry__before_release")
    dbt.ref("readings")
    dbt.ref("cycles")
    dbt.ref("rejected_cycles")
    dbt.ref("cycle_stages")
    dbt.ref("baselines")
    dbt.ref("cycle_variance")
    dbt.ref("issues")
    dbt.ref("stage_curves")
    dbt.ref("assessments")
    dbt.ref("assessment_evaluations")
    dbt.ref("reports")
    dbt.ref("detection_quality")
    dbt.ref("point_anomalies")
    return publish(dbt, session, "telemetry")

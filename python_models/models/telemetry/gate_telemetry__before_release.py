"""The marts must be fit to be what readers see."""

from expectations.gate import run_gate


def model(dbt, session):
    dbt.config(materialized="table", tags=["gate"])
    tables = {
        "landed": dbt.ref("int_telemetry__readings_kept"),
        "loads": dbt.ref("int_telemetry__loads_processed"),
        "readings": dbt.ref("readings"),
        "cycles": dbt.ref("cycles"),
        "rejected_cycles": dbt.ref("rejected_cycles"),
        "cycle_stages": dbt.ref("cycle_stages"),
        "baselines": dbt.ref("baselines"),
        "cycle_variance": dbt.ref("cycle_variance"),
        "issues": dbt.ref("issues"),
        "stage_curves": dbt.ref("stage_curves"),
        "assessments": dbt.ref("assessments"),
        "assessment_evaluations": dbt.ref("assessment_evaluations"),
        "reports": dbt.ref("reports"),
        "detection_quality": dbt.ref("detection_quality"),
        "point_anomalies": dbt.ref("point_anomalies"),
        "files": dbt.ref("files"),
        "landed_values": dbt.ref("int_telemetry__sensor_values_kept"),
        "sensor_values": dbt.ref("sensor_values"),
        "source_columns": dbt.ref("source_columns"),
    }
    return run_gate(dbt, session, "telemetry", "before_release", tables)

from python_models.telemetry.report import read_rows, write_reports


def model(dbt, session):
    dbt.config(materialized="table")
    return write_reports(
        read_rows(dbt.ref("int_telemetry__report_days_counted")),
        read_rows(dbt.ref("int_telemetry__report_issues_described")),
        read_rows(dbt.ref("assessments")),
    )

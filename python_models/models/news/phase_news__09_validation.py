from python_models.runs.phase_store import store_phase


def model(dbt, session):
    dbt.config(materialized="table")
    checks = dbt.ref("int_news__validations")
    broken = checks.filter("is_blocking and not is_valid").project("story_id").distinct()
    written = checks.project("story_id").distinct()
    return store_phase(
        dbt,
        session,
        {"validations": checks},
        node="phase_news__09_validation",
        run=dbt.ref("int_news__run"),
        output_count=written.count("*").fetchone()[0] - broken.count("*").fetchone()[0],
    )

from python_models.experiments.stages import write_stage
from python_models.release.reuse import last_build


def model(dbt, session):
    dbt.config(materialized="table", tags=["llm"])
    refs = {
        "planned": dbt.ref("int_experiments__pairs_planned"),
        "templates": dbt.ref("stg_experiments__templates"),
        "models": dbt.ref("stg_experiments__models"),
        "combos": dbt.ref("int_experiments__combos_picked"),
        "parents": dbt.ref("int_experiments__essays_checked"),
    }
    before = last_build(session, dbt.this)
    return write_stage(session, "comparison", refs, "llm_experiments__pairs_judged", before)

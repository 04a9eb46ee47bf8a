from python_models.experiments.earlier import earlier
from python_models.experiments.stages import write_stage


def model(dbt, session):
    dbt.config(materialized="table", tags=["llm"])
    refs = {
        "planned": dbt.ref("int_experiments__generations_planned"),
        "templates": dbt.ref("stg_experiments__templates"),
        "combos": dbt.ref("int_experiments__combos_picked"),
        "parents": dbt.ref("int_experiments__essays_checked"),
        "drafts": dbt.ref("int_experiments__drafts_checked"),
    }
    before = earlier(session, dbt.this)
    return write_stage(session, "evaluation", refs, "llm_experiments__evaluations_judged", before)

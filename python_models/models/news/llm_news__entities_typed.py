from python_models.llm import run_step
from python_models.news.steps import ENTITY_TYPES, as_declared
from python_models.news.tables import row_of


def model(dbt, session):
    dbt.config(materialized="table", tags=["llm"])
    step = as_declared(ENTITY_TYPES, row_of(dbt.ref("int_news__run")), "enrichment")
    names = dbt.ref("int_news__entities_named").filter("not is_known").order("entity_id")
    return run_step(session, names, step, node="llm_news__entities_typed")

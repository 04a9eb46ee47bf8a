from python_models.knowledge.grid.ranking import ranked
from python_models.knowledge.grid.retrieval import K, question_rows
from python_models.knowledge.relations import rows_of


def model(dbt, session):
    dbt.config(materialized="table")
    dbt.ref("gate_knowledge__after_staging")
    questions = rows_of(dbt.ref("stg_knowledge__questions"))
    members = dbt.ref("int_knowledge__members").filter("known_to is null")
    documents = dbt.ref("int_knowledge__documents").join(
        members.project("object_id, version"), "object_id, version"
    )
    found = ranked(
        session,
        [row["question"] for row in questions],
        dbt.ref("search_terms"),
        dbt.ref("search_term_counts"),
        dbt.ref("int_knowledge__chunks"),
        K,
    )
    return question_rows(
        rows_of(dbt.ref("int_knowledge__cells")),
        questions,
        rows_of(documents.project("source, native_id, object_id, text")) if questions else [],
        found,
    )

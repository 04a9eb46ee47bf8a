from python_models.knowledge.chunking.chunk_rows import chunk_rows
from python_models.knowledge.chunking.sentence_vectors import SentenceVectors, spaces_of
from python_models.knowledge.relations import left_by_last_build


def model(dbt, session):
    dbt.config(materialized="table")
    dbt.ref("gate_knowledge__after_staging")
    dbt.ref("int_knowledge__sentences_embedded")
    members = dbt.ref("int_knowledge__members").project("object_id, version")
    documents = dbt.ref("int_knowledge__documents").join(members.distinct(), "object_id, version")
    return chunk_rows(
        session,
        documents,
        dbt.ref("knowledge_chunkers"),
        dbt.ref("int_knowledge__cells"),
        left_by_last_build(session, dbt.this),
        SentenceVectors(session, spaces_of(dbt.ref("knowledge_embedders"))),
    )

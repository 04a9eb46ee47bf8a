from python_models.knowledge.chunking.sentence_vectors import sentences_embedded


def model(dbt, session):
    dbt.config(materialized="table", tags=["llm"])
    dbt.ref("gate_knowledge__after_staging")
    members = dbt.ref("int_knowledge__members").project("object_id, version")
    return sentences_embedded(
        session,
        dbt.ref("int_knowledge__documents").join(members.distinct(), "object_id, version"),
        dbt.ref("knowledge_chunkers"),
        dbt.ref("knowledge_embedders"),
        dbt.ref("int_knowledge__cells"),
        "int_knowledge__sentences_embedded",
    )

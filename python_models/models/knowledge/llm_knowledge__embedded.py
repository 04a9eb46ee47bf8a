from python_models.knowledge.embedded import embedded


def model(dbt, session):
    dbt.config(materialized="table", tags=["llm"])
    members = dbt.ref("int_knowledge__members").filter("known_to is null")
    chunks = dbt.ref("int_knowledge__chunks").join(
        members.project("object_id, version"), "object_id, version"
    )
    return embedded(
        session,
        dbt.ref("int_knowledge__cells"),
        dbt.ref("knowledge_embedders"),
        chunks.project("chunker_id, text_hash, tier"),
        dbt.ref("int_knowledge__texts"),
        dbt.ref("stg_knowledge__questions").project("grid_id, question"),
        "llm_knowledge__embedded",
        dbt.ref("int_knowledge__texts_asked").filter("stage = 'embeddings'"),
    )

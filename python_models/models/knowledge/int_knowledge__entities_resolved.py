from python_models.knowledge.resolutions import Read, entities_resolved


def model(dbt, session):
    dbt.config(materialized="table")
    return entities_resolved(
        Read(
            dbt.ref("int_knowledge__cells"),
            dbt.ref("int_knowledge__facts"),
            dbt.ref("int_knowledge__facts_located"),
            dbt.ref("int_knowledge__members"),
        ),
        dbt.ref("int_knowledge__mentions_placed"),
        dbt.ref("int_knowledge__documents"),
        dbt.ref("stg_knowledge__decisions"),
        dbt.ref("knowledge_resolvers"),
        dbt.ref("knowledge_strong_ids"),
    )

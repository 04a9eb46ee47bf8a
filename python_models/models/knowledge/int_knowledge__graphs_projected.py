from python_models.knowledge.graphs import graphs_projected
from python_models.knowledge.resolutions import Read


def model(dbt, session):
    dbt.config(materialized="table")
    return graphs_projected(
        Read(
            dbt.ref("int_knowledge__cells"),
            dbt.ref("int_knowledge__facts"),
            dbt.ref("int_knowledge__facts_located"),
            dbt.ref("int_knowledge__members"),
        ),
        dbt.ref("int_knowledge__entities_resolved"),
        dbt.ref("int_knowledge__versions_awaited"),
        dbt.ref("int_knowledge__documents"),
        dbt.ref("stg_knowledge__ontologies"),
        dbt.ref("knowledge_extractors"),
        dbt.ref("int_knowledge__texts"),
        dbt.ref("int_knowledge__types_requested"),
    )

from python_models.knowledge.grid.cells import (
    Axes,
    cells_of,
    defaults_first,
    newest_first,
    one_released,
)
from python_models.knowledge.relations import rows_of


def model(dbt, session):
    dbt.config(materialized="table")
    dbt.ref("gate_knowledge__after_staging")
    corpus = rows_of(dbt.ref("int_knowledge__corpus"))
    ontologies = dbt.ref("stg_knowledge__ontologies").project("ontology_id").distinct().fetchall()
    seeds = {
        "chunker": dbt.ref("knowledge_chunkers"),
        "embedder": dbt.ref("knowledge_embedders"),
        "extractor": dbt.ref("knowledge_extractors"),
        "resolver": dbt.ref("knowledge_resolvers"),
    }
    axes = Axes(
        {axis: defaults_first(rows_of(rows), f"{axis}_id") for axis, rows in seeds.items()}
        | {"ontology": newest_first(row[0] for row in ontologies)},
        corpus[0]["corpus_id"] if corpus else "",
    )
    return cells_of(one_released(rows_of(dbt.ref("stg_knowledge__grid_cells"))), axes)

from ingestion.knowledge.ontologies import BUNDLED, versions_in
from python_models.knowledge.grid.cells import Axes, cells_of, defaults_first
from python_models.knowledge.relations import rows_of


def model(dbt, session):
    dbt.config(materialized="table")
    corpus = rows_of(dbt.ref("int_knowledge__corpus"))
    axes = Axes(
        {
            "chunker": defaults_first(rows_of(dbt.ref("knowledge_chunkers")), "chunker_id"),
            "embedder": defaults_first(rows_of(dbt.ref("knowledge_embedders")), "embedder_id"),
            "extractor": defaults_first(rows_of(dbt.ref("knowledge_extractors")), "extractor_id"),
            "resolver": defaults_first(rows_of(dbt.ref("knowledge_resolvers")), "resolver_id"),
            "ontology": [path.name for path in reversed(versions_in(BUNDLED))],
        },
        corpus[0]["corpus_id"] if corpus else "",
    )
    return cells_of([], axes)

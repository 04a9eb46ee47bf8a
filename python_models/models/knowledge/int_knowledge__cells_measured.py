from python_models.knowledge.chunking.sentence_vectors import compared_by
from python_models.knowledge.grid.costs import costs
from python_models.knowledge.grid.measures import metric_rows
from python_models.knowledge.relations import counted_by, rows_of


def model(dbt, session):
    dbt.config(materialized="table")
    sentences = dbt.ref("int_knowledge__sentences_embedded")
    extracted = dbt.ref("llm_knowledge__extracted")
    supplements = dbt.ref("llm_knowledge__supplemented").project(", ".join(extracted.columns))
    return metric_rows(
        rows_of(dbt.ref("int_knowledge__cells")),
        rows_of(dbt.ref("int_knowledge__questions_measured")),
        {
            "chunk_count": counted_by(dbt.ref("int_knowledge__chunks"), "chunker_id"),
            "node_count": counted_by(dbt.ref("nodes"), "graph_id"),
            "edge_count": counted_by(dbt.ref("edges"), "graph_id"),
            "conflict_count": counted_by(dbt.ref("conflicts"), "graph_id"),
            "chunking_text_count": compared_by(dbt.ref("knowledge_chunkers"), sentences),
            **costs(
                session,
                dbt.ref("int_knowledge__chunks"),
                extracted.union(supplements),
                dbt.ref("llm_knowledge__embedded"),
                dbt.ref("int_knowledge__mentions"),
                dbt.ref("int_knowledge__statements"),
            ),
        },
    )

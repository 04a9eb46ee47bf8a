from python_models.knowledge.grid.questions import Corpus, questions_measured


def model(dbt, session):
    dbt.config(materialized="table")
    dbt.ref("gate_knowledge__after_llm")
    corpus = Corpus(
        dbt.ref("int_knowledge__members"),
        dbt.ref("int_knowledge__documents"),
        dbt.ref("int_knowledge__chunks"),
        dbt.ref("search_terms"),
        dbt.ref("search_term_counts"),
        dbt.ref("llm_knowledge__embedded"),
    )
    questions = dbt.ref("stg_knowledge__questions")
    cells = dbt.ref("int_knowledge__cells")
    return questions_measured(session, questions, cells, dbt.ref("knowledge_embedders"), corpus)

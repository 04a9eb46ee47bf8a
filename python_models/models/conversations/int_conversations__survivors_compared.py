from python_models.conversations.signing import compare_with_survivors


def model(dbt, session):
    dbt.config(materialized="table")
    records = dbt.ref("int_conversations__duplicates_clustered")
    texts = dbt.ref("int_conversations__conversation_texts")
    return compare_with_survivors(session, records, texts)

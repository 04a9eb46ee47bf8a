from python_models.conversations.signing import kept_signatures, sign_texts, spoken


def model(dbt, session):
    dbt.config(materialized="table")
    texts = spoken(dbt.ref("int_conversations__conversation_texts"))
    return sign_texts(session, texts, kept_signatures(session, dbt.this))

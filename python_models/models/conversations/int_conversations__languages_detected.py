from python_models.conversations.languages import detect_new, known_before


def model(dbt, session):
    dbt.config(
        materialized="incremental",
        incremental_strategy="delete+insert",
        unique_key="conversation_id",
    )
    texts = dbt.ref("int_conversations__conversation_texts")
    known = known_before(session, str(dbt.this)) if dbt.is_incremental else None
    return detect_new(session, texts, known)

from python_models.conversations.signing import find_near_duplicates, setting_of, spoken


def model(dbt, session):
    dbt.config(materialized="table")
    signed = dbt.ref("int_conversations__texts_signed")
    without_prompt = dbt.ref("int_conversations__prompts_removed")
    texts = spoken(dbt.ref("int_conversations__conversation_texts"), without_prompt)
    threshold = setting_of(dbt.ref("conversations_thresholds"), "near_duplicate_jaccard")
    return find_near_duplicates(session, signed, texts, threshold)

from python_models.conversations.signing import setting_of, spoken
from python_models.conversations.survivors import choose_survivors


def model(dbt, session):
    dbt.config(materialized="table")
    ranked = dbt.ref("int_conversations__duplicates_ranked")
    without_prompt = dbt.ref("int_conversations__prompts_removed")
    texts = spoken(dbt.ref("int_conversations__conversation_texts"), without_prompt)
    threshold = setting_of(dbt.ref("conversations_thresholds"), "near_duplicate_jaccard")
    return choose_survivors(session, ranked, texts, threshold)

"""What must hold of judgements before they become part of a score; pending ones are allowed."""

from __future__ import annotations

from expectations.answers import answered, few_bad, none_pending
from expectations.promise import between, no_rows, refers, table, unique

CRITERIA = [
    "coherence",
    "helpfulness",
    "empathy",
    "safety",
    "therapeutic_appropriateness",
    "clinical_accuracy",
    "judged_score",
]


TABLES = [
    table(
        "judgements",
        [
            unique("conversation_id"),
            *answered("judgements cost"),
            *[between(f"{name} is a share", "critical", name, 0, 1) for name in CRITERIA],
            few_bad("at most a tenth of the answers are bad", "critical", 0.1),
            few_bad("at most a fiftieth of the answers are bad", "warn", 0.02, least=1),
            no_rows(
                "a usable judgement has its score and says who gave it",
                "critical",
                """
                select conversation_id, call_id from {batch}
                where is_usable and (
                    judged_score is null or call_id is null or provider is null or model is null
                )
                """,
            ),
            no_rows(
                "a judgement that is not usable says why",
                "warn",
                """
                select conversation_id, status from {batch}
                where not is_usable and status <> 'pending' and error is null
                """,
            ),
            refers("conversation_id", "queue", "conversation_id"),
            none_pending("judgement"),
        ],
        key=["conversation_id"],
    ),
    table(
        "queue",
        [
            no_rows(
                "each conversation that passed tiers 1 and 2 has its judgement or waits for it",
                "critical",
                """
                select conversation_id from {batch}
                where conversation_id not in (select conversation_id from {judgements})
                """,
                because="a bad answer is a row marked bad, never a dropped row",
            ),
        ],
        key=["conversation_id"],
    ),
    table(
        "named",
        [
            no_rows(
                "a disorder is named once for each conversation",
                "critical",
                """
                select conversation_id, disorder_name, count(*) as row_count from {batch}
                group by conversation_id, disorder_name having count(*) > 1
                """,
            ),
        ],
        key=["conversation_id", "disorder_name"],
    ),
]

"""What must hold of judgements before they become part of a score; pending ones are allowed."""

from __future__ import annotations

from expectations.promise import between, no_rows, one_of, refers, table, unique

STATUSES = ["ok", "repaired", "invalid", "refused", "truncated", "failed", "pending"]
CRITERIA = [
    "coherence",
    "helpfulness",
    "empathy",
    "safety",
    "therapeutic_appropriateness",
    "clinical_accuracy",
    "judged_score",
]

BAD_ANSWERS = """
    select status, count(*) as answer_count, asked_count from (
        select status, count(*) filter (status <> 'pending') over () as asked_count,
            count(*) filter (status not in ('ok', 'repaired', 'pending')) over () as bad_count
        from {{batch}}
    )
    where status not in ('ok', 'repaired', 'pending')
        and bad_count >= {least} and bad_count > {share} * asked_count
    group by status, asked_count
"""

TABLES = [
    table(
        "judgements",
        [
            unique("conversation_id"),
            one_of("status", STATUSES),
            *[between(f"{name} is a share", "critical", name, 0, 1) for name in CRITERIA],
            between("judgements cost nothing or something", "critical", "cost_usd", 0, None),
            no_rows(
                "at most a tenth of the answers are bad",
                "critical",
                BAD_ANSWERS.format(least=3, share=0.1),
            ),
            no_rows(
                "at most a fiftieth of the answers are bad",
                "warn",
                BAD_ANSWERS.format(least=1, share=0.02),
            ),
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
            no_rows(
                "no judgement is pending",
                "warn",
                """
                select 'pending' as status, count(*) as answer_count from {batch}
                where status = 'pending' having count(*) > 0
                """,
                because="the budget or the endpoint stopped the step; the next run goes on",
            ),
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

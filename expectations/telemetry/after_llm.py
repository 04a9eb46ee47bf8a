"""What must hold of checked answers before they become marts; pending answers are allowed."""

from __future__ import annotations

from expectations.answers import answered, few_bad, none_pending
from expectations.promise import between, filled, no_rows, one_of, table, unique

KEY = ["control_id", "assessment_date"]


TABLES = [
    table(
        "assessments",
        [
            unique(*KEY),
            *answered(),
            one_of("severity", ["low", "medium", "high", "critical"]),
            between("confidence is a share", "critical", "confidence", 0, 1),
            few_bad("at most a tenth of the answers are bad", "critical", 0.1),
            few_bad("at most a fiftieth of the answers are bad", "warn", 0.02, least=1),
            no_rows(
                "a usable answer says something and who said it",
                "critical",
                """
                select control_id, assessment_date, call_id from {batch}
                where is_usable and (
                    nullif(trim(summary), '') is null or severity is null
                    or nullif(trim(recommended_action), '') is null
                    or call_id is null or provider is null or model is null
                )
                """,
            ),
            no_rows(
                "an answer that is not usable says why",
                "warn",
                """
                select control_id, assessment_date, status from {batch}
                where not is_usable and status <> 'pending' and error is null
                """,
            ),
            no_rows(
                "a usable answer cites cycles of its own machine that exist",
                "critical",
                """
                select control_id, assessment_date, cited_id from (
                    select control_id, assessment_date, unnest(cited_cycle_ids) as cited_id
                    from {batch} where is_usable
                )
                where (control_id, cited_id) not in (select (control_id, cycle_id) from {cycles})
                """,
            ),
            none_pending("answer"),
        ],
        key=KEY,
    ),
    table(
        "evidence",
        [
            no_rows(
                "each machine and day with issues has its answer or waits for it",
                "critical",
                """
                select control_id, assessment_date from {batch}
                where (control_id, assessment_date)
                    not in (select (control_id, assessment_date) from {assessments})
                """,
                because="a bad answer is a row marked bad, never a dropped row",
            ),
        ],
        key=KEY,
    ),
    table(
        "evaluations",
        [
            unique(*KEY),
            *answered("judgements cost"),
            *[
                between(f"{score} is a score", "critical", score, 1, 5)
                for score in ("faithfulness", "completeness", "actionability")
            ],
            few_bad("at most a tenth of the judgements are bad", "critical", 0.1),
            no_rows(
                "a judgement has all its scores and a reason",
                "critical",
                """
                select control_id, assessment_date from {batch}
                where status in ('ok', 'repaired') and (
                    faithfulness is null or completeness is null or actionability is null
                    or nullif(trim(reason), '') is null
                )
                """,
            ),
            no_rows(
                "a judgement is about an assessment",
                "critical",
                """
                select control_id, assessment_date from {batch}
                where (control_id, assessment_date)
                    not in (select (control_id, assessment_date) from {assessments})
                """,
            ),
            no_rows(
                "most assessments pass their judgement",
                "warn",
                """
                select count(*) as judged_count, count(*) filter (is_passed) as passed_count
                from {batch} where status in ('ok', 'repaired')
                having count(*) >= 5 and count(*) filter (is_passed) < 0.5 * count(*)
                """,
            ),
            *filled("is_passed"),
        ],
        key=KEY,
    ),
]

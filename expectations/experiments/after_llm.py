"""What must hold of checked answers before they are marts; pending ones hold the release back."""

from __future__ import annotations

from expectations.promise import Table, between, no_rows, one_of, table, unique

STATUSES = [
    "ok", "repaired", "invalid", "refused", "truncated", "failed", "pending", "blocked",
]  # fmt: skip

BAD = """
    select status, answer_count, asked_count from (
        select status, count(*) as answer_count,
            sum(count(*)) filter (status not in ('pending', 'blocked')) over () as asked_count,
            sum(count(*)) filter (status not in ('ok', 'repaired', 'pending', 'blocked')) over ()
                as bad_count
        from {{batch}} group by status
    )
    where status not in ('ok', 'repaired', 'pending', 'blocked')
        and bad_count >= 3 and bad_count > {share} * asked_count
"""


def _stage(name: str, stage: str, parents: str | None, planned: str = "planned") -> Table:
    promises = [
        unique("gen_id"),
        one_of("status", STATUSES),
        one_of("stage", [stage]),
        between("answers cost nothing or something", "critical", "cost_usd", 0, None),
        no_rows("at most half of the answers are bad", "critical", BAD.format(share=0.5)),
        no_rows("at most a tenth of the answers are bad", "warn", BAD.format(share=0.1)),
        no_rows(
            "every planned generation has its row",
            "critical",
            f"""
            select gen_id from {{{planned}}} where stage = '{stage}'
                and gen_id not in (select gen_id from {{batch}})
            """,
        ),
        no_rows(
            "a usable text says what it says and who said it",
            "critical",
            """
            select gen_id from {batch} where status in ('ok', 'repaired') and (
                nullif(trim(parsed), '') is null
                or (generator = 'llm' and (call_id is null or provider is null or model is null))
            )
            """,
        ),
        no_rows(
            "what is not usable says why",
            "critical",
            """
            select gen_id, status from {batch}
            where status not in ('ok', 'repaired', 'pending') and error is null
            """,
        ),
    ]
    if parents:
        promises.append(
            no_rows(
                "no text is built on one that is not usable",
                "critical",
                f"""
                select gen_id, parent_gen_id from {{batch}}
                where status in ('ok', 'repaired') and parent_gen_id not in (
                    select gen_id from {{{parents}}} where status in ('ok', 'repaired')
                )
                """,
            )
        )
    return table(name, promises, key=["gen_id"])


TABLES = [
    _stage("drafts", "draft", None),
    _stage("essays", "essay", "drafts"),
    _stage("evaluations", "evaluation", "essays"),
    _stage("pairs", "comparison", "essays", "pairs_planned"),
]

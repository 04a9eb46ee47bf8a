"""What must hold of checked answers before they are marts; pending ones hold the release back."""

from __future__ import annotations

from expectations.answers import answered, few_bad
from expectations.promise import Table, no_rows, one_of, table, unique

WAITING = ["pending", "blocked"]  # blocked: what it is built on is not usable


def _stage(name: str, stage: str, parents: str | None, planned: str = "planned") -> Table:
    promises = [
        unique("gen_id"),
        *answered(waiting=WAITING),
        one_of("stage", [stage]),
        few_bad("at most half of the answers are bad", "critical", 0.5, waiting=WAITING),
        few_bad("at most a tenth of the answers are bad", "warn", 0.1, waiting=WAITING),
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

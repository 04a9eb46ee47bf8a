"""What must hold of verdicts on pairs, and of what is made of them, before they are released."""

from __future__ import annotations

from expectations.promise import between, no_rows, not_shrunk, one_of, refers, table, unique

HOLDS = """
    select * from {{batch}}
    where not (low <= {share} + 1e-9 and {share} <= high + 1e-9)
"""

TABLES = [
    table(
        "pair_verdicts",
        [
            unique("gen_id"),
            refers("first_gen_id", "generations", "gen_id"),
            refers("second_gen_id", "generations", "gen_id"),
            one_of("verdict", ["first", "second", "tie"]),
            no_rows(
                "an answer that can be used is a verdict, and nothing else is",
                "critical",
                """
                select gen_id, status, verdict from {batch}
                where (status in ('ok', 'repaired')) <> (verdict is not null)
                """,
            ),
            not_shrunk("pair_verdicts"),
        ],
        key=["gen_id"],
    ),
    table(
        "pair_results",
        [
            unique("cohort_id", "gen_id_ab"),
            one_of("factor", ["draft_template", "essay_template", "generation_model"]),
            refers("gen_id_ab", "pair_verdicts", "gen_id"),
            refers("gen_id_ba", "pair_verdicts", "gen_id"),
            no_rows(
                "only what both orders say is a win",
                "critical",
                """
                select cohort_id, gen_id_ab, outcome, share_b from {batch}
                where (outcome = 'a') <> coalesce(
                        verdict_ab = 'first' and verdict_ba = 'second', false
                    )
                    or (outcome = 'b') <> coalesce(
                        verdict_ab = 'second' and verdict_ba = 'first', false
                    )
                    or (outcome = 'unread') <> (share_b is null)
                """,
            ),
            no_rows(
                # a version that was changed meanwhile may never be asked in the other order
                "verdicts on a pair in both orders are brought together",
                "critical",
                """
                select verdicts.gen_id from {pair_verdicts} as verdicts
                where verdicts.gen_id not in (select gen_id_ab from {batch})
                    and verdicts.gen_id not in (select gen_id_ba from {batch})
                    and exists (
                        select 1 from {pair_verdicts} as swapped
                        where swapped.first_gen_id = verdicts.second_gen_id
                            and swapped.second_gen_id = verdicts.first_gen_id
                            and swapped.template_hash = verdicts.template_hash
                            and swapped.model_id = verdicts.model_id
                            and swapped.model is not distinct from verdicts.model
                            and swapped.parameters is not distinct from verdicts.parameters
                    )
                """,
            ),
        ],
        key=["cohort_id", "gen_id_ab"],
    ),
    table(
        "win_rates",
        [
            unique("cohort_id", "factor", "item_a", "item_b", "judge"),
            one_of("verdict", ["higher", "lower", "undecided", "unread"]),
            between("a win rate is a share", "critical", "win_rate", 0, 1),
            no_rows("an interval holds its rate", "critical", HOLDS.format(share="win_rate")),
            no_rows(
                "each pair is a win, a loss, a tie, a matter of place or unread",
                "critical",
                """
                select cohort_id, factor, item_a, item_b, judge from {batch}
                where result_count
                    <> a_count + b_count + tie_count + position_count + unread_count
                """,
            ),
        ],
        key=["cohort_id", "factor", "item_a", "item_b", "judge"],
    ),
    table(
        "position_bias",
        [
            unique("cohort_id", "evaluation_model_id", "template_id", "template_hash"),
            one_of("leans_to", ["first", "second", "undecided", "none"]),
            no_rows("an interval holds its share", "critical", HOLDS.format(share="first_share")),
            no_rows(
                "at most half of the pairs of a judge go by place",
                "warn",
                """
                select cohort_id, evaluation_model_id, position_count, result_count from {batch}
                where result_count - unread_count >= 10
                    and position_count > 0.5 * (result_count - unread_count)
                """,
                because="its verdicts say more of the order than of the texts",
            ),
        ],
        key=["cohort_id", "evaluation_model_id", "template_id", "template_hash"],
    ),
]

"""What must hold of duplicates and named sets before they become what readers see."""

from __future__ import annotations

from expectations.promise import between, filled, no_rows, one_of, refers, table, unique

SET_TABLES = [
    table(
        "duplicates",
        [
            unique("record_id"),
            *filled("kind", "cluster_id", "survivor_record_id", "similarity"),
            between("similarity is a share", "critical", "similarity", 0, 1),
            refers("record_id", "conversations", "record_id"),
            refers("survivor_record_id", "conversations", "record_id"),
            no_rows(
                "a survivor is no duplicate of another record",
                "critical",
                """
                select record_id, survivor_record_id from {batch}
                where survivor_record_id in (select record_id from {batch})
                """,
                because="a reader who follows a duplicate to its survivor arrives in one step",
            ),
        ],
        key=["record_id"],
    ),
    table(
        "set_members",
        [
            unique("set_name", "record_id"),
            one_of("split", ["train", "validation", "test"]),
            refers("record_id", "conversations", "record_id"),
            refers("set_name", "sets", "set_name"),
            no_rows(
                "a member has a split and what was left out has none",
                "critical",
                """
                select set_name, record_id, decision, split from {batch}
                where (decision = 'member') is distinct from (split is not null)
                """,
            ),
            no_rows(
                "copies never stand on both sides of a split",
                "critical",
                """
                select set_name, survivor_record_id, count(distinct split) as split_count
                from {batch} inner join {duplicates} using (record_id)
                where split is not null
                group by set_name, survivor_record_id having count(distinct split) > 1
                """,
                because="a model would be tested on what it was trained on",
            ),
        ],
        key=["set_name", "record_id"],
    ),
    table(
        "sets",
        [
            unique("set_name"),
            no_rows(
                "candidates = members + left out, and members = train + validation + test",
                "critical",
                """
                select set_name, candidate_count, member_count, left_out_count from {batch}
                where candidate_count <> member_count + left_out_count
                    or member_count <> train_count + validation_count + test_count
                """,
            ),
            no_rows(
                "a set has members",
                "warn",
                "select set_name, candidate_count from {batch} where member_count = 0",
                because="its conditions fit nothing that has landed",
            ),
        ],
        key=["set_name"],
    ),
]

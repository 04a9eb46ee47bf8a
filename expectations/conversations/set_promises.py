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
                select members.set_name, copies.survivor_record_id,
                    count(distinct members.split) as split_count
                from {batch} as members
                inner join (
                    select record_id, survivor_record_id from {duplicates}
                    union all
                    select distinct survivor_record_id, survivor_record_id from {duplicates}
                ) as copies on members.record_id = copies.record_id
                inner join {sets} as sets on members.set_name = sets.set_name
                where members.split is not null
                group by members.set_name, copies.survivor_record_id, sets.policy
                having count(distinct members.split) > 1
                    -- a set that takes other copies may hold two that are like a third only
                    and (
                        sets.policy = 'keep_all'
                        or max(
                            case when members.record_id = copies.survivor_record_id
                                then 1 else 0 end
                        ) = 1
                    )
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

"""What must hold of standardised records before they are measured."""

from __future__ import annotations

from expectations.promise import filled, no_groups, no_rows, one_of, table

TABLES = [
    table(
        "records",
        [
            *filled("record_id", "conversation_id", "dataset_id", "format"),
            no_rows(
                "a record is there once",
                "critical",
                """
                select record_id, count(*) as row_count from {batch}
                group by record_id having count(*) > 1
                """,
            ),
            no_rows(
                "a record has as many turns as it says",
                "critical",
                """
                select record_id, turn_count, message_count from {batch}
                left join (
                    select record_id as message_record_id, count(*) as message_count
                    from {messages}
                    where load_id in (select load_id from {batch})
                    group by record_id
                ) on record_id = message_record_id
                where turn_count is distinct from message_count
                """,
                because="no turn is lost between record and messages, and none is there twice",
            ),
            no_groups(
                "most formats are recognised with confidence",
                "warn",
                "dataset_id",
                "doubtful_count > 0.1 * record_count",
                record_count="count(*)",
                doubtful_count="count(*) filter (confidence < 0.6)",
            ),
        ],
        key=["record_id"],
        since="load_id",
    ),
    table(
        "messages",
        [
            *filled("record_id", "conversation_id", "content"),
            no_rows(
                "a message belongs to a record",
                "critical",
                """
                select record_id, turn from {batch}
                where record_id not in (
                    select record_id from {records}
                    where load_id in (select load_id from {batch})
                )
                """,
            ),
            no_groups(
                "most turns say something",
                "warn",
                "dataset_id",
                "turn_count >= 20 and empty_count > 0.1 * turn_count",
                turn_count="count(*)",
                empty_count="count(*) filter (content = '')",
            ),
        ],
        key=["record_id", "turn"],
        since="load_id",
    ),
    table(
        "files",
        [
            no_rows(
                "what files say was rejected is in the rejects",
                "critical",
                """
                select load_id, dataset_id, rejected_count, reject_count from (
                    select load_id, dataset_id, sum(records_rejected) as rejected_count
                    from {batch} group by load_id, dataset_id
                ) left join (
                    select load_id, dataset_id, count(*) as reject_count from {rejects}
                    group by load_id, dataset_id
                ) using (load_id, dataset_id)
                where rejected_count > coalesce(reject_count, 0)
                """,
                because="nothing is lost: each rejected record can be read again",
            ),
        ],
        key=["source_file"],
        since="load_id",
    ),
    table(
        "datasets",
        [
            *filled("dataset_id", "tier", "priority"),
            one_of("tier", ["open", "restricted", "private"]),
            no_rows(
                "a dataset that delivered is in the registry",
                "critical",
                """
                select 'unregistered' as problem, dataset_id from {files}
                where dataset_id not in (select dataset_id from {batch}) group by dataset_id
                """,
            ),
        ],
        key=["dataset_id"],
    ),
]

"""What must hold of landed conversations before anything reads them."""

from __future__ import annotations

from expectations.promise import (
    FILES_WANTED,
    between,
    complete,
    few_rejects,
    files_add_up,
    filled,
    has_columns,
    landed,
    no_rows,
    one_of,
    table,
)

ROLES = ["system", "user", "assistant", "tool"]

TABLES = [
    table(
        "files",
        [
            landed(),
        ],
    ),
    table(
        "new_files",
        [
            *files_add_up(),
            no_rows(
                "what files say was standardised is there, once",
                "critical",
                """
                select load_id, source, standardised_count, record_count from (
                    select load_id, source, sum(rows_accepted) as standardised_count
                    from {batch} group by load_id, source
                ) left join (
                    select load_id, source, count(*) as record_count from {records}
                    where load_id in (select load_id from {batch}) group by load_id, source
                ) using (load_id, source)
                where coalesce(record_count, 0) <> standardised_count
                """,
                because="a delivery that is landed twice or in part shows here",
            ),
            no_rows(
                "a load's unreadable records are within the tolerance",
                "critical",
                f"""
                select source, load_id, sum(rows_in) as rows_in, sum(rows_rejected) as rows_rejected
                from {FILES_WANTED}
                group by source, load_id
                having sum(rows_rejected) >= 3
                    and sum(rows_rejected) > (select max(error_share) from {{tolerance}})
                        * sum(rows_in)
                """,
                because="more than conversations_error_tolerance of a dataset unreadable is a "
                "wrong format or a broken export; what was read so far is kept. A delivery that "
                "is to pass all the same: make build ACCEPT=<load_id>",
            ),
            few_rejects("dataset", 0.02, "one fiftieth"),
        ],
        key=["source_file"],
        since="load_id",
    ),
    table(
        "records",
        [
            *has_columns("record_id", "conversation_id", "format", "turn_count", "metadata"),
            *filled("load_id", "source", "source_file", "record_id", "conversation_id", "format"),
            between("record numbers count from 1", "critical", "record_number", 1, None),
            between("a record has turns", "critical", "turn_count", 1, None),
            between("a confidence is a share", "critical", "confidence", 0, 1),
            complete("record"),
        ],
        key=["source_file", "record_number"],
        since="load_id",
    ),
    table(
        "messages",
        [
            *has_columns("record_id", "conversation_id", "turn", "role", "content"),
            *filled("load_id", "record_id", "conversation_id", "turn", "role"),
            one_of("role", ROLES),
            between("turns count from 0", "critical", "turn", 0, None),
        ],
        key=["record_id", "turn"],
        since="load_id",
    ),
    table(
        "datasets",
        [
            *filled("source", "declared_at"),
            one_of("tier", ["open", "restricted", "private"]),
            no_rows(
                "every dataset could be landed",
                "warn",
                "select source, load_id, error from {batch} where error is not null",
                because="a dataset that fails does not stop the others; the registry says why",
            ),
        ],
        key=["source"],
    ),
    table(
        "rejects",
        [*filled("source", "source_file", "reason", "error")],
        key=["source_file", "line_number"],
        since="load_id",
    ),
]

"""What must hold of the marts of conversations before they become what readers see."""

from __future__ import annotations

from expectations.conversations.set_promises import SET_TABLES
from expectations.promise import (
    between,
    filled,
    no_groups,
    no_rows,
    not_shrunk,
    one_of,
    refers,
    table,
    unique,
)

TABLES = [
    table(
        "landed",
        [
            no_rows(
                "standardised = kept + left out, for each dataset",
                "critical",
                """
                select dataset_id, standardised_count, kept_count, left_out_count from (
                    select dataset_id, count(*) as standardised_count from {batch}
                    where load_id in (select load_id from {loads})
                    group by dataset_id
                ) full join (
                    select dataset_id, count(*) filter (status = 'kept') as kept_count,
                        count(*) filter (status = 'left_out') as left_out_count
                    from {conversations}
                    where load_id in (select load_id from {loads})
                    group by dataset_id
                ) using (dataset_id)
                where standardised_count
                    is distinct from coalesce(kept_count, 0) + coalesce(left_out_count, 0)
                """,
                because="no record is lost between landing and the mart, and none is there twice",
            ),
        ],
        key=["dataset_id"],
    ),
    table(
        "datasets",
        [
            unique("dataset_id"),
            *filled("name", "tier"),
            one_of("tier", ["open", "restricted", "private"]),
            no_rows(
                "landed = standardised + rejected, for each dataset",
                "critical",
                """
                select dataset_id, records_landed, records_standardised, records_rejected
                from {batch}
                where records_landed <> records_standardised + records_rejected
                """,
                because="counts add up from the file to the mart",
            ),
        ],
        key=["dataset_id"],
    ),
    table(
        "conversations",
        [
            unique("record_id"),
            *filled("conversation_id", "dataset_id", "format", "status"),
            one_of("status", ["kept", "left_out"]),
            refers("dataset_id", "datasets", "dataset_id"),
            refers("conversation_id", "quality", "conversation_id"),
            no_rows(
                "what is left out says why, and what is kept has no reason not to be",
                "critical",
                """
                select record_id, status, left_out_reason from {batch}
                where (status = 'left_out') is distinct from (left_out_reason is not null)
                """,
            ),
            no_rows(
                "of equal conversations one record at most is kept",
                "critical",
                """
                select conversation_id, json_extract_string(metadata, '$.variant') as variant,
                    count(*) as kept_count
                from {batch}
                where status = 'kept' group by conversation_id, variant having count(*) > 1
                """,
                because="other images, rejected answers or labels make another record of the "
                "same words; what else is equal is a copy",
            ),
            no_rows(
                "a duplicate has a record that stands for it",
                "warn",
                """
                select conversation_id, count(*) as record_count from {batch}
                group by conversation_id
                having count(*) = count(*) filter (left_out_reason = 'exact_duplicate')
                """,
            ),
            no_groups(
                "at most half of a dataset is left out for a check of its own",
                "warn",
                "dataset_id",
                "record_count >= 20 and failed_count > 0.5 * record_count",
                because="then the format is read wrongly, or a threshold is",
                record_count="count(*)",
                failed_count="count(*) filter (left_out_reason like '%: %')",
            ),
            not_shrunk("conversations"),
        ],
        key=["record_id"],
    ),
    table(
        "messages",
        [
            one_of("role", ["system", "user", "assistant", "tool"]),
            *filled("conversation_id", "turn", "content"),
            no_rows(
                "a conversation has the turns it says it has, and each once",
                "critical",
                """
                select conversation_id, turn_count, message_count, distinct_count from (
                    select conversation_id, max(turn_count) as turn_count from {conversations}
                    group by conversation_id
                ) full join (
                    select conversation_id, count(*) as message_count,
                        count(distinct turn) as distinct_count
                    from {batch} group by conversation_id
                ) using (conversation_id)
                where turn_count is distinct from message_count
                    or message_count is distinct from distinct_count
                """,
            ),
        ],
        key=["conversation_id", "turn"],
    ),
    table(
        "quality",
        [
            unique("conversation_id"),
            *filled("grade", "score", "judged_status", "is_flagged_for_care"),
            one_of("grade", ["premium", "keep", "below"]),
            *[
                between(f"{score} is a share", "critical", score, 0, 1)
                for score in ("score", "structure_score", "content_score", "judged_score")
            ],
            no_rows(
                "a conversation that is not good enough says what to fix",
                "critical",
                """
                select conversation_id, score, failed_check from {batch}
                where grade = 'below' and recommendations is null
                """,
            ),
            no_rows(
                "what is flagged for care is not left out for it",
                "critical",
                """
                select conversation_id, failed_check from {batch}
                where is_flagged_for_care and failed_check like '%crisis%'
                """,
            ),
            no_rows(
                "a conversation flagged for care is shown with its flag",
                "critical",
                """
                select conversation_id, flags from {batch}
                where is_flagged_for_care is distinct from coalesce(flags like '%crisis%', false)
                    or conversation_id not in (select conversation_id from {conversations})
                """,
                because="a person in danger is never dropped silently",
            ),
        ],
        key=["conversation_id"],
    ),
    table(
        "validations",
        [
            unique("validation_id"),
            one_of("tier", ["structure", "content", "judged"]),
            between("a score is a share", "critical", "score", 0, 1),
            refers("conversation_id", "quality", "conversation_id"),
        ],
        key=["validation_id"],
    ),
    table(
        "quality_history",
        [
            unique("history_id"),
            between("a kept share is a share", "critical", "kept_share", 0, 1),
            refers("dataset_id", "datasets", "dataset_id", severity="warn"),
            no_rows(
                "a dataset keeps its quality from one run to the next",
                "warn",
                """
                select dataset_id, mean_score, earlier_mean from (
                    select dataset_id, mean_score, measured_at,
                        lag(mean_score) over (
                            partition by dataset_id order by measured_at
                        ) as earlier_mean,
                        max(measured_at) over (partition by dataset_id) as newest_at
                    from {batch}
                )
                where measured_at = newest_at and mean_score < earlier_mean - 0.1
                """,
                because="a source that gets worse shows here first",
            ),
        ],
        key=["history_id"],
    ),
    *SET_TABLES,
]

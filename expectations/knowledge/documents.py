"""What must hold of objects and documents before they become what readers see."""

from __future__ import annotations

from expectations.knowledge.tiers import TIERS, as_closed_as
from expectations.promise import filled, no_rows, one_of, table

NOT_DOCUMENTS = "('message', 'log_file', 'attachment')"

TABLES = [
    table(
        "objects",
        [
            *filled("object_id", "version", "source", "kind", "native_id", "tier", "first_seen"),
            one_of("tier", TIERS),
            no_rows(
                "every version of an object gives one document, or says why not",
                "critical",
                f"""
                select objects.object_id, objects.version, kind from {{batch}} as objects
                left join (
                    select object_id, version, true as is_there from {{documents}}
                ) as documents
                    on documents.object_id = objects.object_id
                    and documents.version = objects.version
                where kind not in {NOT_DOCUMENTS} and is_there is null and failure is null
                """,
            ),
        ],
        key=["object_id", "version"],
    ),
    table(
        "documents",
        [
            *filled("object_id", "version", "title", "text", "tier", "canon_version"),
            no_rows(
                "a document has a text",
                "critical",
                "select object_id, version from {batch} where trim(text) = ''",
            ),
        ],
        key=["object_id", "version"],
    ),
    table(
        "corpus_members",
        [
            *filled("corpus_id", "object_id", "version", "known_from"),
            as_closed_as("documents", "object_id", "version"),
            no_rows(
                "a document has one version at a time",
                "critical",
                """
                select object_id, known_from, next_from from (
                    select object_id, known_from, known_to,
                        lead(known_from) over (
                            partition by object_id order by known_from
                        ) as next_from
                    from {batch}
                )
                where next_from is not null and (known_to is null or known_to > next_from)
                """,
            ),
        ],
        key=["object_id"],
    ),
    table(
        "messages",
        [
            as_closed_as("documents", "object_id", "version"),
            no_rows(
                "a message stands in its text",
                "critical",
                """
                select messages.object_id, span_start, span_end from {batch} as messages
                inner join {documents} as documents
                    on documents.object_id = messages.object_id
                    and documents.version = messages.version
                where span_start < 0 or span_end <= span_start or span_end > length(text)
                """,
            ),
        ],
        key=["object_id", "version", "native_id"],
    ),
    table(
        "links",
        [
            as_closed_as("documents", "object_id", "version"),
            no_rows(
                "a link stands where it says, and a page's number over its words",
                "critical",
                """
                select links.object_id, span_start, target from {batch} as links
                inner join {documents} as documents
                    on documents.object_id = links.object_id
                    and documents.version = links.version
                where case
                    when target like '#page=%' then
                        span_start < 0 or span_end <= span_start or span_end > length(text)
                    else position(
                        target in substring(text, span_start + 1, span_end - span_start)
                    ) = 0
                end
                """,
            ),
        ],
        key=["object_id", "version", "ordinal"],
    ),
]

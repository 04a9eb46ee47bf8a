"""What must hold of documents before they are cut and read."""

from __future__ import annotations

from expectations.promise import filled, no_rows, table

TABLES = [
    table(
        "documents",
        [
            *filled("object_id", "version", "source", "kind", "title", "canon_version"),
            no_rows(
                "a document has a text or a reason",
                "critical",
                """
                select object_id, version, failure from {batch}
                where (trim(text) = '') <> (failure is not null)
                """,
            ),
        ],
        key=["object_id", "version"],
    ),
    table(
        "planned",
        [
            no_rows(
                "every version of an object that can be a document is one",
                "critical",
                """
                select object_id, version from {batch}
                except
                select object_id, version from {documents}
                """,
            ),
        ],
        key=["object_id", "version"],
    ),
    table(
        "messages",
        [
            no_rows(
                "no span lies outside its text",
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
            no_rows(
                "a link stands where it says",
                "critical",
                """
                select links.object_id, span_start, target from {batch} as links
                inner join {documents} as documents
                    on documents.object_id = links.object_id
                    and documents.version = links.version
                where position(
                    target in substring(text, span_start + 1, span_end - span_start)
                ) = 0
                """,
            ),
        ],
        key=["object_id", "version", "ordinal"],
    ),
    table("members", [*filled("object_id", "version", "known_from")], key=["object_id"]),
]

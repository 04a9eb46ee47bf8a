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
    table("members", [*filled("object_id", "version", "known_from")], key=["object_id"]),
]

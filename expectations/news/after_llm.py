"""What must hold of answers before they become a report; stories without one are counted apart."""

from __future__ import annotations

from typing import Any

from expectations.answers import answered, few_bad
from expectations.promise import Promise, between, no_rows, refers, table, unique

DIMENSIONS = ["impact", "novelty", "credibility", "relevance", "timeliness"]


def _answered() -> list[Promise]:
    """Return what holds of every step's answers."""
    return [
        *answered("an answer costs", waiting=["not_asked"]),
        few_bad("at most a tenth of the answers are bad", "critical", 0.1, waiting=["not_asked"]),
        no_rows(
            "a story has one row",
            "critical",
            "select story_id, count(*) as row_count from {batch} group by story_id"
            " having count(*) > 1",
        ),
    ]


TABLES: list[Any] = [
    table(
        "tier2",
        [
            *_answered(),
            between("relevance is a score", "critical", "relevance", 0, 10),
            between("promotional is a share", "critical", "promotional", 0, 1),
            no_rows(
                "a category is one of the report's",
                "critical",
                """
                select story_id, category from {batch}
                where category is not null
                    and category not in (select category from {categories})
                """,
            ),
            no_rows(
                "what does not pass has one reason, and what passes none",
                "critical",
                """
                select story_id, dropped_because from {batch}
                where passed is distinct from (dropped_because is null)
                """,
            ),
        ],
        key=["story_id"],
    ),
    table(
        "tier3",
        [
            *_answered(),
            *[between(f"{name} is a score", "critical", name, 1, 10) for name in DIMENSIONS],
            refers("story_id", "tier2", "story_id"),
            no_rows(
                "what passed tier 2 was assessed, or says why not",
                "critical",
                """
                select story_id from {tier2}
                where passed and story_id not in (select story_id from {batch})
                """,
                because="a story is never lost between two phases",
            ),
        ],
        key=["story_id"],
    ),
    table(
        "analyses",
        [
            *_answered(),
            between("a text is written twice at most", "critical", "attempts", 1, 2),
            no_rows(
                "a text that goes on has no fault and the length it should have",
                "critical",
                """
                select story_id, characters, faults from {batch}
                where passed and (faults <> '[]' or characters not between 500 and 600)
                """,
            ),
        ],
        key=["story_id"],
    ),
    table("backgrounds", [unique("entity_id")], key=["entity_id"]),
]

"""What must hold of what extractors said before graphs are made of it."""

from __future__ import annotations

from expectations.answers import answered
from expectations.promise import filled, no_rows, one_of, table

ANSWERS = [
    *answered("an answer costs"),
    no_rows(
        "at most a tenth of the answers of an extractor are bad",
        "critical",
        """
        select extractor_id, bad_count, text_count from (
            select extractor_id, count(*) as text_count,
                count(*) filter (status not in ('ok', 'repaired', 'pending')) as bad_count
            from {batch} group by extractor_id
        )
        where bad_count >= 3 and bad_count > 0.1 * text_count
        """,
    ),
]

TABLES = [
    table("extracted", ANSWERS, key=["text_hash", "extractor_id"]),
    table("summarised", answered("a summary costs"), key=["community_id"]),
    table("supplemented", ANSWERS, key=["text_hash", "extractor_id", "type"]),
    table(
        "statements",
        [
            *filled("text_hash", "extractor_id", "predicate", "polarity"),
            one_of("polarity", ["asserted", "negated", "planned", "reported"]),
            no_rows(
                "at most a twentieth of an extractor's statements are not in their text",
                "critical",
                """
                select extractor_id, unfounded_count, statement_count from (
                    select extractor_id, count(*) as statement_count,
                        count(*) filter (found = 'unfounded') as unfounded_count
                    from {batch} group by extractor_id
                )
                where unfounded_count >= 3 and unfounded_count > 0.05 * statement_count
                """,
                because="an extractor that makes words up is not to be trusted with the others",
            ),
            no_rows(
                "no evidence lies outside its text",
                "critical",
                """
                select text_hash, extractor_id, ordinal from {batch}
                inner join {texts} using (text_hash)
                where found <> 'unfounded' and (
                    evidence_start < 0 or evidence_end <= evidence_start
                    or evidence_end > length(text)
                )
                """,
            ),
        ],
        key=["text_hash", "extractor_id", "ordinal"],
    ),
    table(
        "mentions",
        [
            no_rows(
                "a mention's words stand where it says",
                "critical",
                """
                select text_hash, extractor_id, ordinal, name from {batch}
                inner join {texts} using (text_hash)
                where found <> 'unfounded'
                    and substring(text, span_start + 1, span_end - span_start) <> name
                """,
            ),
        ],
        key=["text_hash", "extractor_id", "ordinal"],
    ),
    table(
        "facts",
        [
            *filled("fact_id", "object_id", "version", "subject_key", "predicate", "valid_from"),
            no_rows(
                "no fact is without evidence",
                "critical",
                """
                select fact_id from {batch}
                where field is null and (evidence_start is null or evidence_end is null)
                """,
            ),
        ],
        key=["fact_id"],
    ),
]

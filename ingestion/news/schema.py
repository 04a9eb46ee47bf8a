"""The raw shape of news: what a run asked, what answered, and what was read from it.

A run is one row of `runs`; what it fetched, read and refused carries its id. Bytes of answers lie
in the lake's store of objects under their SHA-256 (`object_hash`), so that a better parser needs
no network. Lists and mappings are JSON text.
"""

from __future__ import annotations

import pyarrow as pa

from ingestion.landing.raw_tables import REJECTS, files_with
from ingestion.news.product import PRODUCT

NAMESPACE = "raw_news"  # of the raw tables in the catalog

_TIMESTAMP = pa.timestamp("us")
_OF_A_RUN = [("load_id", pa.string()), ("run_id", pa.string())]

# One row per run, written when phase 1 has fixed what the run will ever know of the clock.
RUNS = pa.schema(
    [
        *_OF_A_RUN,
        ("report", pa.string()),  # name of the declared report
        ("as_of", _TIMESTAMP),  # what the run takes for now, everywhere
        ("previous_run_id", pa.string()),  # whose stories, weights and backgrounds it goes on from
        ("kind", pa.string()),  # scraped | replayed | variant
        ("origin", pa.string()),  # web | demo | captures
        ("with_feedback", pa.bool_()),
        ("config", pa.string()),  # JSON: the report as resolved, settings, hashes
        ("config_hash", pa.string()),
        ("started_at", _TIMESTAMP),
    ]
)

DECLARATIONS = pa.schema(
    [
        ("load_id", pa.string()),
        ("source", pa.string()),
        ("declaration_hash", pa.string()),
        ("declaration", pa.string()),
        ("earlier_rows", pa.string()),
        ("declared_at", _TIMESTAMP),
        ("url", pa.string()),
        ("kind", pa.string()),  # feed | sitemap | page
        ("weight", pa.float64()),  # 0..1
        ("categories", pa.string()),
        ("language", pa.string()),
    ]
)

# One row per address asked in a run, robots.txt too.
FETCHES = pa.schema(
    [
        *_OF_A_RUN,
        ("source", pa.string()),
        ("url", pa.string()),
        ("role", pa.string()),  # feed | page | robots
        # ok | unchanged | partial | blocked | gone | disallowed | private_address | too_large |
        # not_a_feed | empty | failed | allowed (a host without robots.txt)
        ("status", pa.string()),
        ("http_status", pa.int64()),
        ("error", pa.string()),  # sentence, for a person
        ("final_url", pa.string()),
        ("redirects", pa.string()),  # list of {status, url}
        ("object_hash", pa.string()),  # SHA-256 of the unpacked body
        ("byte_count", pa.int64()),
        ("seconds", pa.float64()),
        ("attempt_count", pa.int64()),
        ("etag", pa.string()),
        ("last_modified", pa.string()),
        ("content_type", pa.string()),
        ("encoding", pa.string()),
        ("encoding_confidence", pa.float64()),  # null: declared and right
        ("fetched_at", _TIMESTAMP),
    ]
)

# One row per entry of a feed that is new or says something else than when it was seen last.
ENTRIES = pa.schema(
    [
        *_OF_A_RUN,
        ("source", pa.string()),
        ("position", pa.int64()),  # in the feed, from 1
        ("object_hash", pa.string()),
        ("identity", pa.string()),  # of the entry within its source
        ("identity_kind", pa.string()),  # guid | link | link+title | hash
        ("entry_hash", pa.string()),  # of all that the entry says
        ("guid", pa.string()),
        ("url", pa.string()),  # absolute, as given
        ("url_key", pa.string()),  # normal form; null: no link
        ("title", pa.string()),
        ("title_is_made", pa.bool_()),
        ("summary", pa.string()),  # plain text
        ("text", pa.string()),  # plain text of the content, paragraphs apart by a blank line
        ("author", pa.string()),
        ("language", pa.string()),
        ("categories", pa.string()),
        ("kind", pa.string()),  # article | audio | video
        ("enclosures", pa.string()),  # list of {url, type, length}
        ("published_text", pa.string()),  # the date as it stood there
        ("published_at", _TIMESTAMP),  # UTC, as it was said; null: none, or ambiguous
        ("updated_at", _TIMESTAMP),
        ("flags", pa.string()),  # list: guid_not_unique, date_without_zone, date_ambiguous ..
        ("is_first_good_fetch", pa.bool_()),  # of its source
        ("first_run_id", pa.string()),  # the run that had this identity first
        ("first_seen_at", _TIMESTAMP),  # as_of of that run
        ("fetched_at", _TIMESTAMP),
    ]
)

# One row per page whose text was read.
PAGES = pa.schema(
    [
        *_OF_A_RUN,
        ("source", pa.string()),  # of the entry that named it
        ("url", pa.string()),
        ("url_key", pa.string()),
        ("canonical_url", pa.string()),
        ("canonical_key", pa.string()),
        ("object_hash", pa.string()),
        ("title", pa.string()),
        ("text", pa.string()),
        ("text_hash", pa.string()),
        ("language", pa.string()),
        ("published_at", _TIMESTAMP),
        ("is_article", pa.bool_()),  # false: a list of links
        ("is_stub", pa.bool_()),  # behind a paywall
        ("flags", pa.string()),
        ("extraction_seconds", pa.float64()),
        ("fetched_at", _TIMESTAMP),
    ]
)

# One row per source and run.
SOURCE_HEALTH = pa.schema(
    [
        *_OF_A_RUN,
        ("source", pa.string()),
        ("status", pa.string()),
        ("http_status", pa.int64()),
        ("error", pa.string()),
        ("byte_count", pa.int64()),
        ("seconds", pa.float64()),
        ("item_count", pa.int64()),  # entries the feed had
        ("new_count", pa.int64()),
        ("changed_count", pa.int64()),
        ("seen_count", pa.int64()),  # as they were; item = new + changed + seen + rejected + rest
        ("rejected_count", pa.int64()),
        ("rest_count", pa.int64()),  # beyond the newest that are taken
        ("page_count", pa.int64()),  # pages asked for it
        ("failure_count", pa.int64()),  # failed fetches in a row
        ("last_good_at", _TIMESTAMP),
        ("next_try_at", _TIMESTAMP),
        ("moved_to", pa.string()),  # where the last good answer came from by 301/308 only
        ("current_url", pa.string()),  # where it moved to, after two good answers
        ("declaration_hash", pa.string()),  # it was asked under
        ("etag", pa.string()),
        ("last_modified", pa.string()),
        ("flags", pa.string()),
    ]
)

# A person's word on an article; append-only, it outlives any rebuild.
FEEDBACK = pa.schema(
    [
        *_OF_A_RUN,
        ("article_id", pa.string()),
        ("rater", pa.string()),
        ("rating", pa.string()),  # up | down
        ("note", pa.string()),
        ("rated_at", _TIMESTAMP),
    ]
)

# Entities with a line about each, with where it was taken from.
BACKGROUND = pa.schema(
    [
        ("load_id", pa.string()),
        ("source", pa.string()),
        ("name", pa.string()),
        ("aliases", pa.string()),
        ("type", pa.string()),
        ("line", pa.string()),
        ("source_url", pa.string()),
        ("licence", pa.string()),
        ("as_of", _TIMESTAMP),
    ]
)

TABLES = {
    "runs": RUNS,
    "declarations": DECLARATIONS,
    "fetches": FETCHES,
    "entries": ENTRIES,
    "pages": PAGES,
    "source_health": SOURCE_HEALTH,
    "feedback": FEEDBACK,
    "background": BACKGROUND,
    "rejects": REJECTS,
    "files": files_with(*PRODUCT.record_times),
}

"""The raw shape of knowledge: syncs of sources, and what each of them saw.

A sync is one delivery of an export. Bytes lie in the lake's store of blobs under their SHA-256;
an object is found in a blob at its `locator`. Lists and mappings are JSON text.
"""

from __future__ import annotations

import pyarrow as pa

from ingestion.knowledge.product import PRODUCT
from ingestion.landing.raw_tables import REJECTS, files_with

NAMESPACE = "raw_knowledge"  # of the raw tables in the catalog

_TIMESTAMP = pa.timestamp("us")

DECLARATIONS = pa.schema(
    [
        ("load_id", pa.string()),
        ("source", pa.string()),
        ("declaration_hash", pa.string()),
        ("declaration", pa.string()),
        ("earlier_rows", pa.string()),
        ("declared_at", _TIMESTAMP),
        ("kind", pa.string()),
        ("tier", pa.string()),
        ("zone", pa.string()),
        ("site", pa.string()),
        ("freshness_hours", pa.float64()),
    ]
)

# One row per sync. seen = new + changed + unchanged + forbidden + rejected.
SYNCS = pa.schema(
    [
        ("load_id", pa.string()),
        ("sync_id", pa.string()),
        ("source", pa.string()),
        ("kind", pa.string()),
        ("mode", pa.string()),  # full | incremental
        ("cursor_from", pa.string()),
        ("cursor_to", pa.string()),
        ("complete", pa.bool_()),  # it lists all there is: what it lacks is deleted
        ("zone", pa.string()),
        ("tier", pa.string()),
        ("exported_at", _TIMESTAMP),  # what counts as when we learnt it, UTC
        ("started_at", _TIMESTAMP),
        ("finished_at", _TIMESTAMP),
        ("seen", pa.int64()),
        ("new", pa.int64()),
        ("changed", pa.int64()),
        ("unchanged", pa.int64()),
        ("forbidden", pa.int64()),
        ("rejected", pa.int64()),
        ("gone", pa.int64()),
        ("present", pa.int64()),  # objects the source had before it
        ("requests", pa.int64()),
        ("retries", pa.int64()),
        ("seconds", pa.float64()),
        ("error", pa.string()),  # sentence, for a person: why it is not complete
    ]
)

# One row per sync and object it saw; append-only. Where a sync saw one twice, the last ordinal
# counts.
SIGHTINGS = pa.schema(
    [
        ("load_id", pa.string()),
        ("sync_id", pa.string()),
        ("source", pa.string()),
        ("object_id", pa.string()),
        ("native_id", pa.string()),
        # page | database | message | issue | document | incident | log_file | user | channel |
        # attachment
        ("kind", pa.string()),
        ("state", pa.string()),  # seen | archived | deleted | forbidden | forgotten
        ("uri", pa.string()),
        ("parent_id", pa.string()),  # object_id
        ("part_of", pa.string()),  # native id of the first message of its thread
        ("title", pa.string()),
        ("blob_hash", pa.string()),
        ("locator", pa.string()),  # path in the export; `/3`: JSON pointer; `row=3`: record of CSV
        ("content_hash", pa.string()),
        ("created_at", _TIMESTAMP),
        ("updated_at", _TIMESTAMP),
        ("tier", pa.string()),
        ("size", pa.int64()),  # bytes
        ("ordinal", pa.int64()),  # in the sync, from 1
    ]
)

# One row per line of an ontology's files; a version lands once.
ONTOLOGIES = pa.schema(
    [
        ("load_id", pa.string()),
        ("ontology_id", pa.string()),  # the version
        ("part", pa.string()),  # types | relations | mapping | changes
        ("position", pa.int64()),
        ("content", pa.string()),  # JSON object: the line's columns
        ("ontology_hash", pa.string()),  # of all lines of the version
    ]
)

# One row per decision of a person on two anchors; never changed, taken back by an `undo`.
DECISIONS = pa.schema(
    [
        ("load_id", pa.string()),
        ("decision_id", pa.string()),
        ("kind", pa.string()),  # merge | keep_apart | ask_type | undo
        ("anchor", pa.string()),
        ("other_anchor", pa.string()),
        ("undoes", pa.string()),  # decision_id
        ("reason", pa.string()),
        ("decided_by", pa.string()),
        ("decided_at", _TIMESTAMP),
    ]
)

# One row per cell of a grid, whole each time it changed; the newest load of a grid holds.
GRID_CELLS = pa.schema(
    [
        ("load_id", pa.string()),
        ("grid_id", pa.string()),
        ("cell_id", pa.string()),
        ("corpus", pa.string()),
        ("chunker", pa.string()),
        ("embedder", pa.string()),
        ("extractor", pa.string()),
        ("resolver", pa.string()),
        ("ontology", pa.string()),
        ("released", pa.bool_()),
        ("position", pa.int64()),
        ("grid_hash", pa.string()),  # of the grid's files
    ]
)

# One row per question of a grid, with what answers it.
QUESTIONS = pa.schema(
    [
        ("load_id", pa.string()),
        ("grid_id", pa.string()),
        ("question_id", pa.string()),
        ("question", pa.string()),
        ("answer", pa.string()),
        ("reference_list", pa.string()),  # list of {source, native_id, quote}
        ("grid_hash", pa.string()),
    ]
)

TABLES = {
    "declarations": DECLARATIONS,
    "syncs": SYNCS,
    "sightings": SIGHTINGS,
    "ontologies": ONTOLOGIES,
    "decisions": DECISIONS,
    "grid_cells": GRID_CELLS,
    "questions": QUESTIONS,
    "rejects": REJECTS,
    "files": files_with(*PRODUCT.record_times),
}

"""The raw shape of studies: a study lands as one whole version, and no version is overwritten.

Filters of `study.yml` are resolved when it is read: `is_active` says what belongs to the version,
curated combinations and lists of generations to judge again are tables, so that SQL plans a
cohort without reading JSON.
"""

from __future__ import annotations

import pyarrow as pa

from ingestion.landing.raw_tables import FILES, REJECTS

NAMESPACE = "raw_experiments"  # of the raw tables in the catalog

_TIMESTAMP = pa.timestamp("us")
_OF_A_VERSION = [
    ("load_id", pa.string()),
    ("source", pa.string()),  # name of the study
    ("study_version", pa.string()),  # hash of all its files
]

STUDIES = pa.schema(
    [
        *_OF_A_VERSION,
        ("k_max", pa.int64()),
        ("level", pa.string()),  # sentence | paragraph | article
        ("draft_replicates", pa.int64()),
        ("evaluation_replicates", pa.int64()),
        ("is_curated", pa.bool_()),  # combinations are listed, not all of them
        ("is_reevaluation", pa.bool_()),  # judges listed generations, writes none
        ("definition", pa.string()),  # JSON of study.yml
        ("landed_at", _TIMESTAMP),
    ]
)

CONCEPTS = pa.schema(
    [
        *_OF_A_VERSION,
        ("concept_id", pa.string()),
        ("name", pa.string()),
        ("level", pa.string()),
        ("description", pa.string()),
        ("tags", pa.string()),  # JSON list
        ("length", pa.int64()),  # characters of the description
        ("origin", pa.string()),
        ("is_active", pa.bool_()),
    ]
)

TEMPLATES = pa.schema(
    [
        *_OF_A_VERSION,
        ("kind", pa.string()),  # draft | essay | evaluation | comparison
        ("template_id", pa.string()),
        ("text", pa.string()),
        ("text_hash", pa.string()),
        ("generator", pa.string()),  # llm | copy
        ("parser", pa.string()),
        ("scale_min", pa.float64()),
        ("scale_max", pa.float64()),
        ("min_lines", pa.int64()),
        ("is_active", pa.bool_()),
    ]
)

MODELS = pa.schema(
    [
        *_OF_A_VERSION,
        ("model_id", pa.string()),
        ("endpoint", pa.string()),
        ("provider_model", pa.string()),
        ("for_generation", pa.bool_()),
        ("for_evaluation", pa.bool_()),
        ("parameters", pa.string()),  # JSON, keys sorted
        ("extra_headers", pa.string()),  # JSON, keys sorted; no part of what is asked
    ]
)

CURATED = pa.schema(
    [
        *_OF_A_VERSION,
        ("combo_number", pa.int64()),  # place in the list of study.yml, from 1
        ("concept_id", pa.string()),
    ]
)

IMPORTS = pa.schema(
    [
        *_OF_A_VERSION,
        ("text_id", pa.string()),
        ("text", pa.string()),
        ("text_hash", pa.string()),
        ("writer", pa.string()),
        ("text_file", pa.string()),  # below the folder of imports; null where a CSV has the text
        ("details", pa.string()),  # JSON of what else its row says, keys sorted
    ]
)

SCORERS = pa.schema(
    [
        *_OF_A_VERSION,
        ("scorer_id", pa.string()),
        ("kind", pa.string()),  # regex | exact | json_schema | length | function
        ("argument", pa.string()),  # pattern, text, schema, unit or module:function
        ("lowest", pa.float64()),
        ("highest", pa.float64()),
        ("scorer_hash", pa.string()),  # of kind, argument and limits
        ("is_active", pa.bool_()),
    ]
)

PAIR_FACTORS = pa.schema([*_OF_A_VERSION, ("factor", pa.string())])  # what differs in a pair

REEVALUATIONS = pa.schema([*_OF_A_VERSION, ("gen_id", pa.string())])

DECLARATIONS = pa.schema(
    [
        ("load_id", pa.string()),
        ("source", pa.string()),
        ("declaration_hash", pa.string()),
        ("declaration", pa.string()),  # JSON of the study.yml that was in force
        ("declared_at", _TIMESTAMP),
    ]
)

TABLES: dict[str, pa.Schema] = {
    "studies": STUDIES,
    "concepts": CONCEPTS,
    "templates": TEMPLATES,
    "models": MODELS,
    "curated_combos": CURATED,
    "imports": IMPORTS,
    "pair_factors": PAIR_FACTORS,
    "reevaluations": REEVALUATIONS,
    "scorers": SCORERS,
    "declarations": DECLARATIONS,
    "rejects": REJECTS,
    "files": FILES,
}

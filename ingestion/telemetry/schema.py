"""The one canonical raw shape: every telemetry source lands in these tables.

Columns say what the source said, typed but not converted: units travel with the row and are
applied in staging, sentinel values stay and are flagged. Times are UTC without zone,
microseconds. `record_number` counts a file's records from 1 in file order.
"""

from __future__ import annotations

import pyarrow as pa

from ingestion.landing.raw_tables import REJECTS, files_with
from ingestion.telemetry import NAMESPACE as NAMESPACE
from ingestion.telemetry.product import PRODUCT

_TIMESTAMP = pa.timestamp("us")
_PROVENANCE = [
    ("load_id", pa.string()),
    ("source", pa.string()),
    ("source_file", pa.string()),
    ("record_number", pa.int64()),
]

READINGS = pa.schema(
    [
        *_PROVENANCE,
        ("control_id", pa.string()),
        ("cycle_id", pa.string()),
        ("stage", pa.string()),
        ("power", pa.float64()),
        ("power_unit", pa.string()),
        ("voltage", pa.float64()),
        ("voltage_unit", pa.string()),
        ("current", pa.float64()),
        ("current_unit", pa.string()),
        ("temperature", pa.float64()),
        ("temperature_unit", pa.string()),
        ("is_power_sentinel", pa.bool_()),
        ("is_temperature_sentinel", pa.bool_()),
        ("reading_at", _TIMESTAMP),
        ("row_version", pa.int64()),  # of a database's row; times are microseconds since 1970
    ]
)

SENSOR_VALUES = pa.schema(
    [
        *_PROVENANCE,
        ("control_id", pa.string()),
        ("sensor", pa.string()),
        ("value", pa.float64()),
        ("reading_at", _TIMESTAMP),
    ]
)

# A reading that carries no label row is normal; `is_anomaly` null means the source did not say.
LABELS = pa.schema(
    [
        *_PROVENANCE,
        ("control_id", pa.string()),
        ("cycle_id", pa.string()),
        ("label_level", pa.string()),  # reading | window | cycle
        ("issue_kind", pa.string()),
        ("is_anomaly", pa.bool_()),
        ("started_at", _TIMESTAMP),
        ("ended_at", _TIMESTAMP),  # inclusive
    ]
)

SOURCES = pa.schema(
    [
        ("load_id", pa.string()),
        ("source", pa.string()),
        ("kind", pa.string()),  # cycles: machines that run in cycles | series: sensors without
        ("label_level", pa.string()),  # none | reading | window | cycle
        ("declaration_hash", pa.string()),
        ("declaration", pa.string()),  # JSON of the YAML entry, secrets left out
        ("on_threshold_w", pa.float64()),  # null: the project's default
        ("idle_gap_seconds", pa.float64()),  # null: the project's default
        ("lead_in_share", pa.float64()),  # first share of a series known to be normal
        ("declared_at", _TIMESTAMP),
        ("supersedes", pa.string()),  # path | whole | never | version | rows; null: path
        # of rows that landed under a declaration that says other values: read_again | kept
        ("earlier_rows", pa.string()),
    ]
)

# How the columns of a source's files change: a row for each column of a file that is new, has
# another use than in the file before it, or is gone.
SOURCE_COLUMNS = pa.schema(
    [
        ("load_id", pa.string()),
        ("source", pa.string()),
        ("source_file", pa.string()),
        ("column_name", pa.string()),
        ("use", pa.string()),  # mapped | sensor | label | ignored; null when gone
        ("previous_use", pa.string()),  # null when new
        ("change", pa.string()),  # new | changed | gone
        ("number_share", pa.float64()),  # of the values of a column that is left out unasked
        ("noticed_at", _TIMESTAMP),
    ]
)

TABLES: dict[str, pa.Schema] = {
    "readings": READINGS,
    "sensor_values": SENSOR_VALUES,
    "labels": LABELS,
    "rejects": REJECTS,
    "files": files_with(*PRODUCT.record_times),
    "sources": SOURCES,
    "source_columns": SOURCE_COLUMNS,
}

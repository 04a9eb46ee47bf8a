"""What must hold of knowledge before it becomes what readers see."""

from __future__ import annotations

from expectations.knowledge import graph
from expectations.promise import filled, table

TABLES = [
    table("documents", [*filled("object_id", "version", "title", "text", "tier")],
          key=["object_id", "version"]),
    table("corpus_members", [*filled("corpus_id", "object_id", "version", "known_from")],
          key=["object_id"]),
    *graph.TABLES,
]  # fmt: skip

"""What must hold of knowledge before it becomes what readers see."""

from __future__ import annotations

from expectations.knowledge import documents, graph, search

TABLES = [*documents.TABLES, *graph.TABLES, *search.TABLES]

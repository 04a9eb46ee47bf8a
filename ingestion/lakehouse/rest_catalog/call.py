"""One request, as the functions that answer it get it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pyiceberg.catalog.sql import SqlCatalog

from ingestion.lakehouse.rest_catalog.problems import bad_request
from ingestion.lakehouse.rest_catalog.writes import require_name

Key = tuple[str, str]


@dataclass(frozen=True)
class Call:
    """One request: what its address names, and what it sent."""

    catalog: SqlCatalog
    namespace: str = ""
    name: str = ""
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def key(self) -> Key:
        """Namespace and name."""
        return (self.namespace, self.name)


def one_level(parts: list[str]) -> str:
    """Return the name of a namespace; here they have one level."""
    if len(parts) != 1 or "." in parts[0]:
        raise bad_request(f"Namespaces have one level here, and no dot: {'.'.join(parts)}")
    return require_name(parts[0])

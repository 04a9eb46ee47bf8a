"""The data products there are, and where each one's landing begins.

A domain is a package `ingestion.<name>` with `schema.TABLES` (the shape of its raw tables) and
`landing.SOURCE` (what it tells the landing), dbt models under `models/<name>`, gates under
`expectations/<name>` and a page.
All else asks here which domains there are; nothing else lists them.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ingestion.landing.source import ProductSource


@dataclass(frozen=True)
class Domain:
    """One data product."""

    name: str
    main_table: str  # raw table that gets the rows of a delivered file
    demo: str  # module that writes synthetic data to lake/demo/<name>, its README.md last

    @property
    def namespace(self) -> str:
        """Namespace of the raw tables in the catalog."""
        return f"raw_{self.name}"

    @property
    def tables(self) -> dict[str, Any]:
        """Shapes (`pyarrow.Schema`) of the raw tables by name."""
        found: dict[str, Any] = importlib.import_module(f"ingestion.{self.name}.schema").TABLES
        return found

    @property
    def source(self) -> ProductSource:
        """What the landing needs to know of the domain."""
        found: ProductSource = importlib.import_module(f"ingestion.{self.name}.landing").SOURCE
        return found


DOMAINS = {
    domain.name: domain
    for domain in (
        Domain("telemetry", "readings", "ingestion.telemetry.simulator"),
        Domain("conversations", "records", "ingestion.conversations.demo"),
        Domain("experiments", "studies", "ingestion.experiments.demo"),
    )
}


def domain_of_namespace(namespace: str) -> Domain:
    """Return the domain whose raw tables lie in a namespace."""
    return DOMAINS[namespace.removeprefix("raw_")]

"""Telemetry's declared sources: `sources/*.yml` and what `SLUICE_SOURCES` adds."""

from __future__ import annotations

from pathlib import Path

from ingestion.landing.declarations import DeclarationError as DeclarationError
from ingestion.landing.declarations import Declared, Grammar
from ingestion.landing.declarations import expand as expand
from ingestion.telemetry.declaration import Declaration

SHIPPED = Path(__file__).parent / "sources"
GRAMMAR = Grammar("source", Declaration, SHIPPED)


def declared_sources() -> dict[str, Declared]:
    """Return every declared source by name, shipped ones first."""
    return GRAMMAR.read_all()


def read_declarations(path: Path) -> list[Declared]:
    """Read the sources one YAML file declares."""
    return GRAMMAR.read(path)

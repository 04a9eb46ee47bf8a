"""What the lake holds of a domain's files and declarations, kept up to date while a run adds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ingestion.landing.declarations import Declared
from ingestion.landing.deliveries import FoundFile
from ingestion.landing.landed import (
    KnownDeclaration,
    KnownFile,
    KnownFiles,
    known_declarations,
    known_files,
)
from ingestion.landing.source import ProductSource

READ_AGAIN, KEPT = "read_again", "kept"  # what becomes of rows that landed under another


class Known:
    """What the lake holds, and which of it was read under another declaration than is in force."""

    def __init__(
        self,
        product_source: ProductSource,
        held: KnownFiles,
        declarations: dict[str, list[KnownDeclaration]],
        declared: dict[str, Declared],
        keeps: bool = False,
    ) -> None:
        self.files = held.contents
        self.newest = held.newest
        self.addresses: dict[tuple[str, str], set[str]] | None = held.addresses
        self.declarations = declarations
        self.state: Any = product_source.remembered()  # what the domain keeps in mind
        self.current = {name: entry.hash for name, entry in declared.items()}
        self.values = {
            name: product_source.values_hash(entry.json) for name, entry in declared.items()
        }
        self.replacing = {
            name for name, entry in declared.items() if product_source.supersedes(entry)
        }
        self.keeps = keeps  # rows that landed under another declaration stay as they are
        self._stale = self._read_under_another()

    @classmethod
    def read(
        cls, product_source: ProductSource, declared: dict[str, Declared], keeps: bool = False
    ) -> Known:
        """Ask the lake."""
        declarations = known_declarations(
            product_source.namespace, product_source.declared_table, product_source.values_hash
        )
        held = known_files(product_source.namespace)
        return cls(product_source, held, declarations, declared, keeps)

    def contents(self) -> list[tuple[str, str]]:
        """Return the contents that need not be read again: what is refused, or was read under a
        declaration that says other values, gets a new chance when its source is declared anew."""
        again = {key for keys in self._stale.values() for key in keys} if not self.keeps else set()
        return [
            key
            for key, known in self.files.items()
            if key not in again
            and (known.status == "loaded" or not self._is_redeclared(key[0], known.load_id))
        ]

    def stale(self) -> dict[str, dict[tuple[str, str], KnownFile]]:
        """Return, by source, the contents that were read under another declaration."""
        return {source: dict(keys) for source, keys in self._stale.items()}

    def gone(self, source: str, found: Iterable[FoundFile]) -> list[str]:
        """Return the addresses of stale contents of which no file is left to be read again."""
        there = {one.address for one in found if one.source == source}
        held = self.addresses or {}
        return sorted(
            min(held.get(key, {""}))
            for key in self._stale.get(source, {})
            if not held.get(key, set()) & there
        )

    def earlier_rows(self, source: str) -> str | None:
        """Say what becomes of a source's rows that were read under another declaration."""
        if source not in self._stale:
            return None
        return KEPT if self.keeps else READ_AGAIN

    def newest_at(self, found: FoundFile) -> str | None:
        """Return the content a file has to differ from to be read although the lake holds it:
        a file that is as it was two deliveries ago takes back what came between."""
        if found.source not in self.replacing:
            return None
        return self.newest.get((found.source, found.address))

    def declare(self, source: str, load_id: str) -> bool:
        """Note a source's declaration; says whether the lake has to be told of it."""
        known = self.declarations.setdefault(source, [])
        is_told = bool(known) and known[-1].hash == self.current[source]
        if is_told and not (self.keeps and source in self._stale):
            return False
        known.append(
            KnownDeclaration(
                load_id, self.current[source], self.values[source], self.earlier_rows(source)
            )
        )
        return True

    def era(self, source: str) -> str:
        """Return a name for the declarations of a source that say the same values: empty for the
        first, so that a database is read from its start when they change."""
        told = self.declarations.get(source, [])
        found, before = "", told[0].values if told else self.values[source]
        for one in told[1:]:
            if one.values != before and one.earlier_rows != KEPT:
                found = f"_{one.values}"
            before = one.values
        return (
            f"_{self.values[source]}" if before != self.values[source] and not self.keeps else found
        )

    def _read_under_another(self) -> dict[str, dict[tuple[str, str], KnownFile]]:
        found: dict[str, dict[tuple[str, str], KnownFile]] = {}
        for (source, content), known in self.files.items():
            if known.status != "loaded" or self.values.get(source) is None:
                continue
            if self._values_of(source, known.load_id) not in (None, self.values[source]):
                found.setdefault(source, {})[source, content] = known
        return found

    def _values_of(self, source: str, load_id: str) -> str | None:
        """Return the values' hash that rows of a load count as read under; None: nobody knows."""
        told = self.declarations.get(source, [])
        before = [one for one in told if one.load_id <= load_id]
        kept = [one for one in told if one.load_id > load_id and one.earlier_rows == KEPT]
        in_force = [*before[-1:], *kept]
        return in_force[-1].values if in_force else None

    def _is_redeclared(self, source: str, load_id: str) -> bool:
        in_force = [one.hash for one in self.declarations.get(source, []) if one.load_id <= load_id]
        return bool(in_force) and self.current.get(source, in_force[-1]) != in_force[-1]

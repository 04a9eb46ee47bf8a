"""What products whose sources are files or SQL tables with columns share about landing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestion.landing.declarations import DeclarationError, Declared, Grammar, variable
from ingestion.landing.deliveries import FoundFile, SourceAbsent, listed, ordered, shown
from ingestion.landing.land import Landing
from ingestion.landing.pipeline import LoadFailed, Quarantined, load
from ingestion.landing.products import PRODUCTS
from ingestion.landing.source import LandedFile, ProductSource, Rows
from ingestion.tables.declaration import Table
from ingestion.tables.drift import Uses, column_changes, known_columns

if TYPE_CHECKING:
    import pyarrow as pa

EVERY_KEY = Path(__file__).parent / "examples" / "every_key.yml"


class TabularSource(ProductSource):
    """Columns that come and go are noticed; SQL tables are read from where the last load stopped.

    Its declarations have `files` or `sql`, and its reader notes `columns`, `first_at`, `last_at`.
    """

    def remembered(self) -> Uses:
        return known_columns(self.namespace)

    def file_columns(self, notes: dict[str, Any]) -> dict[str, Any]:
        moments = (_at(notes.get(name)) for name in ("first_at", "last_at"))
        return dict(zip(PRODUCTS[self.domain].record_times, moments, strict=True))

    def noted(
        self, taken: list[LandedFile], state: Uses, declared: Mapping[str, Declared]
    ) -> dict[str, Rows]:
        return {"source_columns": column_changes(taken, state)}

    def streams(self, entry: Declared) -> bool:
        return entry.declaration.sql is not None

    def check_stream(self, entry: Declared) -> None:
        needed = entry.declaration.sql.connection
        if not variable(needed):
            raise SourceAbsent(
                f"{needed} is not set. It holds the database's address, for "
                f"example {needed}=postgresql://user:password@host/database"
            )

    def stream(self, entry: Declared, landing: Landing) -> None:
        from sqlalchemy.exc import SQLAlchemyError

        from ingestion.tables.database import database_resource, open_database

        package = landing.package()
        engine = open_database(entry)
        landing.say(f"reading the database of {entry.name}")
        try:
            era = landing.era(entry.name)
            rows = database_resource(
                entry, engine, package, landing.report.count, [entry.name], era
            )
            load(landing.open(), rows)
            landing.memory.keep([], {entry.name: entry.hash})
        except Quarantined as error:
            landing.report.quarantined.append(str(error))
        except (LoadFailed, SQLAlchemyError) as error:
            told = str(error).replace(str(engine.url.password or "\0"), "***")
            landing.report.failed.append(f"source {entry.name}: {told}")
        package.clear()


class TableGrammar(Grammar):
    """The declared tables of one product: `table: <product>.<name>`."""

    def read(self, path: Path, broken: list[str] | None = None) -> list[Declared]:
        product = self.shipped.parent.name
        found = [
            Declared(one.declaration.name, one.declaration, one.origin)
            for one in super().read(path, broken)
            if one.declaration.product == product
        ]
        if path.parent != self.shipped and found:
            raise DeclarationError(
                f"{path}: table: {found[0].declaration.table} needs a raw table and models of its "
                f"own; declare it in {self.shipped}. Where its files lie, a variable can say "
                "(${NAME:-default} in `paths`)."
            )
        return found


class TablesSource(TabularSource):
    """One product whose tables are ordinary: declared in `tables/*.yml` beside its `product.py`."""

    reader = "ingestion.tables.reader:read"
    declared_table = "tables"

    def __init__(self, folder: Path) -> None:
        self.domain = folder.name  # type: ignore[misc]  # of the instance: the class serves many
        self.grammar = TableGrammar("table", Table, folder / "tables", str(EVERY_KEY))

    @cached_property
    def shapes(self) -> dict[str, pa.Schema]:
        """The raw tables by name."""
        from ingestion.tables.shapes import shapes

        declared = {name: one.declaration for name, one in self._shipped().items()}
        return shapes(declared, PRODUCTS[self.domain].record_times)

    def _shipped(self) -> dict[str, Declared]:
        found: dict[str, Declared] = {}
        for path in sorted(self.grammar.shipped.glob("*.yml")):
            self.grammar.add(found, path, None)
        return found

    def find(self, entry: Declared, only: str | None) -> list[FoundFile]:
        files = entry.declaration.files
        found = list(listed(entry.name, "data", files.paths, files.exclude))
        if not found:
            raise SourceAbsent(f"no file at {shown(files.paths)}")
        return ordered(found, only)

    def declared_row(self, entry: Declared) -> dict[str, Any]:
        return {"tier": entry.declaration.tier}


def _at(micros: int | None) -> datetime | None:
    return None if micros is None else datetime(1970, 1, 1) + timedelta(microseconds=micros)

"""What a domain tells the landing: where its files lie, who reads them, what it notes of them.

A domain has one subclass. What all file-landing domains share is here as the default; a method
is overridden where a domain differs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from ingestion.lakehouse.clock import now
from ingestion.lakehouse.settings import settings
from ingestion.landing.declarations import Declared, Grammar
from ingestion.landing.deliveries import FoundFile, at_path, fetch_object

if TYPE_CHECKING:
    from ingestion.landing.land import Landing
    from ingestion.landing.report import Report

RUN_ID = "SLUICE_RUN_ID"  # variable with the run that a landing belongs to
Rows = list[dict[str, Any]]
Say = Callable[[str], None]


@dataclass
class LandedFile:
    """One file a package took: what the reading process answered, and its row in `files`."""

    found: FoundFile
    row: dict[str, Any]
    notes: dict[str, Any] = field(default_factory=dict)
    refusal: str | None = None  # what was wrong first


class ProductSource:
    """One domain's way into the lake."""

    domain: ClassVar[str]
    grammar: Grammar
    # `package.module:function`, runs in the reading process; a source that only streams has none
    reader: ClassVar[str] = ""
    # so many bytes of files, of one source and role, may be read together; 0: each by itself
    batch_bytes: ClassVar[int] = 0
    declared_table: ClassVar[str]  # raw table of declarations: load_id, source, declaration_hash ..
    order: ClassVar[Mapping[str, str]] = {}  # by what the rows of a table are put in order
    merge_bytes: ClassVar[int | None] = None  # parts of a table that are more stay as they are

    @property
    def namespace(self) -> str:
        return f"raw_{self.domain}"

    def declared(self, broken: list[str] | None = None) -> dict[str, Declared]:
        """Return every declared source by name; `broken` takes what is wrong with the others."""
        return self.grammar.read_all(broken)

    def find(self, entry: Declared, only: str | None) -> list[FoundFile]:
        """Return what a source offers, in reading order, at or below one path if it is given.

        Raises:
            SourceAbsent: nothing is there, or a variable in a path is not set.
            SourceFailed: it could not be asked; other sources go on.
        """
        raise NotImplementedError

    def watched(self, entry: Declared) -> list[FoundFile]:
        """Return what a source offers as far as it can be looked at every few seconds.

        Raises:
            SourceAbsent, SourceFailed: as `find`.
        """
        return [] if self.streams(entry) else self.find(entry, None)

    def given(self, entry: Declared, path: str) -> list[FoundFile]:
        """Return what lies at a path as data of a source, wherever its declaration looks."""
        return at_path(entry.name, path)

    def values_hash(self, declaration: str) -> str | None:
        """Return a hash of what a declaration (JSON) says about the values of its rows.

        When it changes, files that landed before are read again; None: they never are.
        """
        return None

    def supersedes(self, entry: Declared) -> bool:
        """Say whether what a file says now replaces what the file at its address said before."""
        return False

    def arranged(self, files: list[FoundFile], declared: Mapping[str, Declared]) -> list[FoundFile]:
        """Return files in the order in which they are read: those of high priority first, unless
        the mode keeps their order."""
        if settings().keeps_order:
            return files
        return sorted(
            files, key=lambda found: -getattr(declared[found.source].declaration, "priority", 0)
        )

    def bring(self, found: FoundFile, folder: Path, say: Say) -> Path:
        """Fetch a remote file into a folder of the package; returns where it lies.

        Raises:
            SourceFailed: it cannot be fetched; other files go on.
        """
        target = folder / f"fetched-{len(list(folder.glob('fetched-*'))):05}"
        fetch_object(found.address, target)
        return target

    def workers(self) -> int | None:
        """How many files are read at once; None: as many as threads are set."""
        return 1 if settings().sluice_mode == "sequential" else None

    def reading(self) -> tuple[str, int | None, int]:
        """Return what its reading process is begun with: reader, workers, bytes of a batch."""
        return self.reader, self.workers(), self.batch_bytes

    def remembered(self) -> Any:
        """Return what the domain keeps in mind between runs, read once from the lake."""
        return None

    def asked(self, found: FoundFile, state: Any) -> dict[str, Any]:
        """Return what the reader is told of a file besides its declaration; plain JSON."""
        return {}

    def file_columns(self, notes: dict[str, Any]) -> dict[str, Any]:
        """Return the domain's own columns of a file's row in `files`."""
        return {}

    def declared_row(self, entry: Declared) -> dict[str, Any]:
        """Return the domain's own columns of a declaration's row."""
        return {}

    def noted(
        self, taken: list[LandedFile], state: Any, declared: Mapping[str, Declared]
    ) -> dict[str, Rows]:
        """Return further rows a package's files give, by table; load_id is added.

        A row of the table of declarations stands for the one a new declaration would give.
        """
        return {}

    def told(self, taken: list[LandedFile], noted: Mapping[str, Rows]) -> list[str]:
        """Return what a person has to know of a package's files besides what is counted."""
        return []

    def failed(self, entry: Declared, why: str, state: Any) -> dict[str, Rows]:
        """Return the rows, by table, that say a source could not be asked or fetched."""
        return {}

    def streams(self, entry: Declared) -> bool:
        """Say whether a source comes as rows of a database instead of files."""
        return False

    gathers: ClassVar[bool] = False  # it asks hosts, and what it lands is one run of its own

    def gather(self, landing: Landing) -> Report:
        """Ask hosts and land what they answered; returns the landing's report."""
        raise NotImplementedError

    def kept_objects(self) -> set[str]:
        """Return the names of the blobs in the lake's store that this product still needs."""
        return set()

    def check_stream(self, entry: Declared) -> None:
        """Look whether a streaming source can be asked.

        Raises:
            SourceAbsent: what it needs is not set.
        """

    def stream(self, entry: Declared, landing: Landing) -> None:
        """Land a streaming source."""


def declaration_row(
    product_source: ProductSource, entry: Declared, earlier_rows: str | None = None
) -> dict[str, Any]:
    """Return the row that says which declaration is in force; its load id is added later.

    `earlier_rows` says what becomes of rows that landed under another: read_again | kept.
    """
    return {
        "earlier_rows": earlier_rows,
        "source": entry.name,
        "declaration_hash": entry.hash,
        "declaration": entry.json,
        "declared_at": now(),
    } | product_source.declared_row(entry)

"""What the demo writes: files of exports, and beside them who said what where."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from ingestion.knowledge.demo.organisation import Fact
from ingestion.knowledge.demo.phrases import Sentence

_ZIP_TIME = (2025, 1, 1, 0, 0, 0)  # bytes are the same for a seed


@dataclass(frozen=True)
class Saying:
    """A sentence as an export has it: where, and what it says."""

    delivery: int
    source: str
    native_id: str
    quote: str
    fact: str
    polarity: str


@dataclass
class Written:
    """All that is written."""

    files: dict[str, bytes] = field(default_factory=dict)  # by path in the demo's folder
    sayings: list[Saying] = field(default_factory=list)

    def says(self, delivery: int, source: str, native_id: str, sentence: Sentence) -> str:
        """Keep where a sentence stands, and return its words."""
        self.sayings.append(
            Saying(delivery, source, native_id, sentence.text, sentence.fact.id, sentence.polarity)
        )
        return sentence.text

    def shows(self, delivery: int, source: str, native_id: str, fact: Fact) -> None:
        """Keep that a field, not a sentence, says something."""
        self.sayings.append(Saying(delivery, source, native_id, "", fact.id, "asserted"))

    def save(self, folder: Path) -> None:
        """Write the files."""
        for name, content in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


def zipped(files: dict[str, bytes]) -> bytes:
    """Return a zip of files, the same bytes for the same files."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, _ZIP_TIME), content)
    return memory.getvalue()


def folder_of(source: str, day: date) -> str:
    """Return where a delivery of a source lies."""
    return f"{source}/{day.isoformat()}"

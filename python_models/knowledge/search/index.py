"""What a search reads beside a release: words, chunks and vectors, memory-mapped (`lake/search`).

An index is made from the very files that a release names and bears their digest, so that a
release, a tier's file of it, one that readers went back to and a copy of the lake each find theirs
or make it anew; it is never the truth. Places are chunks in force in the order of chunker and id.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from ingestion.lakehouse.lake import lake
from python_models.knowledge.search.hits import Ask
from python_models.knowledge.search.lists import Lists

FORMAT = 2
ROWS_PER_BATCH = 32  # of chunks: what is unpacked to show one; of 256 that took most of a search
KEPT = 6  # of two releases, for each tier
NONE = np.iinfo(np.int64).min  # a time that is not known
TABLES = ("chunks", "documents", "embeddings", "search_terms")
_VIEWS = """
select view_name, sql
from duckdb_views()
where schema_name = 'knowledge' and view_name in ('chunks', 'documents', 'embeddings',
    'search_terms')
order by view_name
"""


@dataclass(frozen=True)
class Source:
    """What an index is made from: the views of a release, and embedders whose vectors weigh."""

    views: tuple[tuple[str, str], ...]  # name and its statement, with the files it reads
    embedders: tuple[str, ...]

    @property
    def folder(self) -> Path:
        """Where the index lies."""
        said = json.dumps([FORMAT, self.views, self.embedders])
        return root() / hashlib.sha256(said.encode()).hexdigest()[:24]


def root() -> Path:
    """Return the folder of all indexes; it can be deleted at any time."""
    return lake().root / "search"


def source_of(ask: Ask, embedders: Collection[str]) -> Source | None:
    """Return what a release's index is made from; None where its tables are no released files."""
    rows = ask(_VIEWS).to_pylist()
    views = tuple((row["view_name"], row["sql"]) for row in rows)
    if [name for name, _ in views] != list(TABLES):
        return None
    return Source(views, tuple(sorted(embedders)))


@dataclass(frozen=True)
class Index:
    """An index that is open. Files are mapped: what is not read takes no memory."""

    folder: Path
    facts: Mapping[str, Any]
    arrays: Mapping[str, np.ndarray]
    rows: pa.RecordBatchFileReader

    def array(self, name: str) -> np.ndarray:
        """Return one array of the index."""
        return self.arrays[name]

    def span(self, chunker_id: str) -> tuple[int, int]:
        """Return the places [start, end) of a chunker's chunks."""
        start, end = self.facts["chunkers"].get(chunker_id, (0, 0))
        return start, end

    def postings(self, chunker_id: str, term: str) -> tuple[np.ndarray, np.ndarray]:
        """Return the places of chunks that have a word, and how often each has it."""
        first, last = self.facts["terms"].get(chunker_id, (0, 0))
        starts, said, wanted = self.array("term_starts"), self.array("term_bytes"), term.encode()
        low, high = first, last
        while low < high:
            middle = (low + high) // 2
            if said[starts[middle] : starts[middle + 1]].tobytes() < wanted:
                low = middle + 1
            else:
                high = middle
        is_there = low < last and said[starts[low] : starts[low + 1]].tobytes() == wanted
        bounds = self.array("posting_starts")
        start, end = (int(bounds[low]), int(bounds[low + 1])) if is_there else (0, 0)
        return self.array("posting_places")[start:end], self.array("posting_counts")[start:end]

    def lists(self, embedder_id: str, number: int) -> Lists | None:
        """Return the lists of an embedder's matrix; None where all of it is multiplied."""
        found = self.facts.get("lists", {}).get(embedder_id)
        if found is None:
            return None
        middles, starts = (self.array(f"list_{name}_{number}") for name in ("middles", "starts"))
        return Lists(middles, starts, int(found["probes"]), found["recall"])

    def row(self, place: int) -> dict[str, Any]:
        """Return what is shown of a chunk."""
        batch = self.rows.get_batch(place // ROWS_PER_BATCH)
        (found,) = batch.slice(place % ROWS_PER_BATCH, 1).to_pylist()
        return found


@lru_cache(maxsize=KEPT)
def opened(folder: Path) -> Index:
    """Open an index; it stays whole while it is open, also if it is deleted meanwhile.

    Raises:
        OSError: it was not made yet, or was deleted.
    """
    facts = json.loads((folder / "index.json").read_text(encoding="utf-8"))
    arrays = {path.stem: np.load(path, mmap_mode="r") for path in folder.glob("*.npy")}
    rows = pa.ipc.open_file(pa.memory_map(str(folder / "chunks.arrow")))
    return Index(folder, facts, arrays, rows)


def drop_old() -> None:
    """Delete indexes of files that are gone, and all but the newest."""
    made = {path.parent: path.stat().st_mtime_ns for path in root().glob("[!.]*/index.json")}
    newest = sorted(made, key=lambda folder: made[folder], reverse=True)
    for at, folder in enumerate(newest):
        files = json.loads((folder / "index.json").read_text(encoding="utf-8"))["files"]
        is_lost = any(path.startswith("/") and not Path(path).exists() for path in files)
        if at >= KEPT or is_lost:
            shutil.rmtree(folder, ignore_errors=True)

"""What lands with a run besides what hosts answered: lines about entities, ratings of readers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from ingestion.lakehouse.clock import now
from ingestion.landing.declarations import Declared, VariableMissing, expand
from ingestion.landing.landed import landed_rows
from ingestion.landing.rejecting import content_hash
from ingestion.landing.source import Rows
from ingestion.news import feedback
from ingestion.news.declaration import BACKGROUNDS
from ingestion.news.memory import naive
from ingestion.news.schema import NAMESPACE

COLUMNS = ("name", "aliases", "type", "line", "source_url", "licence", "as_of")
NEEDED = ("name", "line", "source_url")  # a line that nobody can check says nothing


@dataclass
class BackgroundRead:
    """What declared files gave that the lake does not have."""

    rows: Rows = field(default_factory=list)
    rejects: Rows = field(default_factory=list)
    files: Rows = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


def read_backgrounds(known: set[tuple[str, str]], broken: list[str]) -> BackgroundRead:
    """Read the declared files whose content the lake does not have.

    Args:
        known: (source, hash) of contents that landed.
        broken: takes what is wrong with declarations.
    """
    found = BackgroundRead()
    for entry in BACKGROUNDS.read_all(broken).values():
        for path in _paths(entry, found):
            file_hash, size = content_hash(path)
            if (entry.name, file_hash) not in known:
                _read(entry.name, path, file_hash, size, found)
    return found


def _paths(entry: Declared, found: BackgroundRead) -> Iterator[Path]:
    for location in entry.declaration.location:
        try:
            path = Path(expand(location)).expanduser()
        except VariableMissing as error:
            found.failed.append(f"background {entry.name}: {error.args[0]} is not set")
            continue
        path = path if path.is_absolute() else entry.origin.parent / path
        if path.is_file():
            yield path
        else:
            found.failed.append(f"background {entry.name}: there is no {path}")


def _read(source: str, path: Path, file_hash: str, size: int, found: BackgroundRead) -> None:
    shared = {"source": source, "source_file": str(path), "file_hash": file_hash}
    accepted: Rows = []
    rejects: Rows = []
    try:
        for number, row in enumerate(_rows_of(path), start=1):
            missing = [name for name in NEEDED if not row.get(name)]
            if missing:
                rejects.append(
                    shared
                    | {
                        "line_number": number,
                        "column_name": missing[0],
                        "reason": "missing_value",
                        "error": f"row {number} has no {missing[0]}",
                        "raw_text": json.dumps(row, ensure_ascii=False, default=str),
                        "rejected_at": now(),
                    }
                )
                continue
            accepted.append({"source": source} | _entity(row))
    except (duckdb.Error, ValueError) as error:
        accepted = []
        text = str(error).splitlines()[0]
        rejects = [shared | {"reason": "unreadable", "error": text, "rejected_at": now()}]
    found.rows += accepted
    found.rejects += rejects
    found.files.append(
        shared
        | {
            "status": "loaded" if accepted or not rejects else "rejected",
            "byte_count": size,
            "rows_in": len(accepted) + len(rejects),
            "rows_accepted": len(accepted),
            "rows_duplicate": 0,
            "rows_rejected": len(rejects),
            "seconds": 0.0,
            "landed_at": now(),
        }
    )


def _rows_of(path: Path) -> list[dict[str, Any]]:
    """Return a file's rows; every value a text."""
    with duckdb.connect() as connection:
        if path.suffix.lower() == ".parquet":
            relation = connection.read_parquet(str(path))
        else:
            relation = connection.read_csv(
                str(path), header=True, all_varchar=True, sep=",", quotechar='"', escapechar='"'
            )
        lost = [name for name in NEEDED if name not in relation.columns]
        if lost:
            raise ValueError(f"there is no column {lost[0]}; a file has {', '.join(COLUMNS)}")
        names = [name for name in COLUMNS if name in relation.columns]
        rows = relation.select(*names).fetchall()
    return [dict(zip(names, row, strict=True)) for row in rows]


def _entity(row: dict[str, Any]) -> dict[str, Any]:
    aliases = row.get("aliases")
    if not isinstance(aliases, list):
        aliases = [one.strip() for one in str(aliases or "").split("|") if one.strip()]
    as_of = row.get("as_of")
    told = {name: None if row.get(name) is None else str(row[name]) for name in COLUMNS}
    return told | {
        "aliases": json.dumps(aliases, ensure_ascii=False),
        "as_of": naive(str(as_of)) if as_of else None,
    }


def unlanded_ratings(run_id: str) -> Rows:
    """Return the ratings that people gave and the lake does not have yet."""
    columns = ("article_id", "rater", "rated_at")
    rows = landed_rows(NAMESPACE, "feedback", columns, "load_id")
    landed = {(row["article_id"], row["rater"], row["rated_at"]) for row in rows}
    return [row | {"run_id": run_id} for row in feedback.waiting(landed)]

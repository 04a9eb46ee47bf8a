"""The seeds that judged a release: limits and thresholds as they were when it was built."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import yaml

from ingestion.lakehouse import journal
from ingestion.lakehouse.settings import PROJECT_ROOT
from python_models.runs.fingerprint import digest

FOLDER = "dbt_project/seeds"


class Seed(NamedTuple):
    """One seed: a CSV file that people edit, and what its columns say."""

    path: str  # inside the project
    description: str
    columns: Mapping[str, str]
    rows: list[dict[str, str]]
    text: str  # as it judged
    text_now: str  # of the file as it is now; empty where there is none


def seeds(product: str, invocation_id: str | None) -> tuple[list[Seed], bool]:
    """Return a product's seeds, and whether they are as they were in a run.

    Args:
        product: its name.
        invocation_id: dbt's id of the run; None, or one whose files are no longer kept: the
            files as they are now.
    """
    then = _texts_then(product, invocation_id)
    texts = then or _texts_now(product)
    return [_seed(path, texts) for path in sorted(texts) if path.endswith(".csv")], bool(then)


def _seed(path: str, texts: Mapping[str, str]) -> Seed:
    said = texts.get(path.removesuffix(".csv") + ".yml", "")
    [known] = (yaml.safe_load(said) or {}).get("seeds", [{}])[:1] or [{}]
    file = PROJECT_ROOT / path
    return Seed(
        path,
        " ".join(str(known.get("description", "")).split()),
        {one["name"]: str(one.get("description", "")) for one in known.get("columns", [])},
        list(csv.DictReader(io.StringIO(texts[path]))),
        texts[path],
        file.read_text(encoding="utf-8") if file.exists() else "",
    )


def _texts_then(product: str, invocation_id: str | None) -> dict[str, str]:
    """Return {path: text} of a product's seeds in a run; nothing where one is no longer kept."""
    if invocation_id is None or not journal_is_there():
        return {}
    told = journal.rows("select files from run_args where invocation_id = ?", (invocation_id,))
    if not told:
        return {}
    hashes = {
        path: hashed
        for path, hashed in json.loads(told[0]["files"]).items()
        if path.startswith(f"{FOLDER}/{product}/")
    }
    return dict(_kept(hashes)) if all(text for _, text in _kept(hashes)) else {}


def _kept(hashes: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for path, hashed in hashes.items():
        found = journal.rows("select content from file_texts where file_hash = ?", (hashed,))
        if found:
            yield path, found[0]["content"]
        elif path.endswith(".csv") and (PROJECT_ROOT / path).exists():
            # too long to be kept, but the file is still the same one
            text = (PROJECT_ROOT / path).read_bytes()
            yield path, text.decode("utf-8", "replace") if digest(text) == hashed else ""


def _texts_now(product: str) -> dict[str, str]:
    folder = PROJECT_ROOT / FOLDER / product
    return {
        path.relative_to(PROJECT_ROOT).as_posix(): path.read_text(encoding="utf-8")
        for path in folder.glob("*.*")
        if path.suffix in (".csv", ".yml")
    }


def journal_is_there() -> bool:
    """Say whether this is the lake that built it, not a copy of released files alone."""
    from ingestion.lakehouse.lake import lake

    return lake().journal_db.exists()

"""Texts made elsewhere: a folder of texts, or a CSV that names them, as essays to be judged.

In a study's folder they are `imports/*.txt|.md` and `imports.csv`; `imports:` of study.yml names a
folder or a CSV that lies elsewhere. `imports.csv` has `text_id`, the `text` itself or the `file`
it stands in, `writer` where that is known, and any columns that say where a text is from.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from ingestion.experiments.definition import known_before
from ingestion.experiments.parsers import BadRow
from ingestion.experiments.tables import FileRead, Row, name_of, read_rows

TABLE, FOLDER = "imports.csv", "imports"
GENERATOR = "import"
WRITER = "unknown"  # of a text whose row says nobody
_OWN = {"text_id", "text", "file", "writer"}


def files_elsewhere(folder: Path, study_text: bytes) -> list[FileRead]:
    """Return the files of the folder or CSV that `imports:` of a study.yml names.

    They count as files of the study: another text is another version of it. What is not there is
    an empty table with its reason among its rejects.
    """
    named = known_before(study_text).get("imports")
    if not isinstance(named, str) or not named:
        return []
    place = Path(named).expanduser()
    place = place if place.is_absolute() else folder / place
    if place.is_file():
        return [FileRead(TABLE, place.read_bytes())]
    if not place.is_dir():
        gone = FileRead(f"{TABLE} ({named})", b"")
        gone.reject("imports_missing", f"study.yml: imports: there is no {place}")
        return [gone]
    found = sorted(path for path in place.rglob("*") if path.is_file())
    return [
        FileRead(
            TABLE if path == place / TABLE else f"{FOLDER}/{path.relative_to(place).as_posix()}",
            path.read_bytes(),
        )
        for path in found
    ]


def is_text(path: PurePosixPath) -> bool:
    """Say whether a file of a study is a text made elsewhere."""
    return path.parts[0] == FOLDER and len(path.parts) > 1 and path.suffix in (".txt", ".md")


def imported_rows(table: FileRead | None, texts: dict[str, FileRead]) -> list[Row]:
    """Return one row per text; what cannot be used is a reject of its file.

    Args:
        table: the study's imports.csv.
        texts: text files by their path below the folder of imports.
    """
    named: set[str] = set()
    rows = read_rows(table, ("text_id",), _maker(texts, named)) if table else []
    known = {row["text_id"] for row in rows}
    for path, file in texts.items():
        if path in named:
            continue
        text = file.text()
        if text is None:
            continue
        try:
            rows.append(_row(_named_after(path, known), text, WRITER, path, {}))
            file.accepted = 1
        except BadRow as error:
            file.reject(error.reason, f"{file.path}: {error}")
    return _each_once(rows, table, texts)


def import_template(taken: list[str]) -> Row:
    """Return what stands for the template of texts that were made elsewhere."""
    name = GENERATOR
    while name in taken:
        name += "_"
    return {
        "kind": "essay",
        "template_id": name,
        "text": "",
        "text_hash": hashlib.sha256(f"{GENERATOR}\n".encode()).hexdigest(),
        "generator": GENERATOR,
        "parser": None,
        "scale_min": None,
        "scale_max": None,
        "min_lines": 0,
        "is_active": True,
    }


def _named_after(path: str, known: set[str]) -> str:
    """Return a text's name made of its file's, whatever people call their files."""
    name = re.sub(r"[^A-Za-z0-9_.-]+", "_", PurePosixPath(path).with_suffix("").as_posix())
    name = name.strip("._-")[:60] or "text"
    if name in known:
        name += f"-{hashlib.sha256(path.encode()).hexdigest()[:8]}"
    known.add(name)
    return name


def _maker(texts: dict[str, FileRead], named: set[str]) -> Callable[[Row], Row]:
    known: set[str] = set()

    def make(row: Row) -> Row:
        text_id = name_of(row, "text_id", known)
        path = row.get("file", "").removeprefix(f"{FOLDER}/")
        if path and path not in texts:
            raise BadRow("no_text_file", f"text {text_id}: there is no {FOLDER}/{path}", "file")
        if path and row.get("text"):
            said = f"text {text_id}: it has a text and a file; leave one out"
            raise BadRow("two_texts", said, "text")
        if not (path or row.get("text")):
            raise BadRow("no_text", f"text {text_id}: give it a text, or the file of one", "text")
        named.add(path)
        text = texts[path].text() if path else row["text"]
        details = {name: value for name, value in row.items() if name not in _OWN and value}
        made = _row(text_id, text, row.get("writer") or WRITER, path or None, details)
        if path:
            texts[path].accepted = 1
        return made

    return make


def _row(
    text_id: str, text: str | None, writer: str, path: str | None, details: dict[str, str]
) -> Row:
    text = (text or "").strip()
    if not text:
        raise BadRow("no_text", f"text {text_id} has no text", "text")
    return {
        "text_id": text_id,
        "text": text,
        "text_hash": hashlib.sha256(text.encode()).hexdigest(),
        "writer": writer,
        "text_file": path,
        "details": json.dumps(details, ensure_ascii=False, sort_keys=True),
    }


def _each_once(rows: list[Row], table: FileRead | None, texts: dict[str, FileRead]) -> list[Row]:
    """Return rows of different texts: the same text twice would be judged as one."""
    first: dict[str, str] = {}
    kept = []
    for row in rows:
        before = first.setdefault(row["text_hash"], row["text_id"])
        if before == row["text_id"]:
            kept.append(row)
            continue
        file = texts[row["text_file"]] if row["text_file"] else table
        assert file is not None
        file.accepted -= 1
        file.reject("same_text", f"text {row['text_id']} says what {before} says")
    return kept

"""The CSV files of a study: each row gives a row of its raw table, or a reject with its reason."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ingestion.experiments.definition import LEVELS
from ingestion.experiments.model_requests import headers_of, parameters_of
from ingestion.experiments.parsers import TYPED, BadRow, parser_of
from ingestion.experiments.prompt_check import problem_of

Row = dict[str, Any]
Sizes = tuple[int, int]  # concepts of a prompt, at least and at most
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,79}")
csv.field_size_limit(2**31 - 1)  # a cell may hold a whole text
YES, NO = {"true", "yes", "1", "y", ""}, {"false", "no", "0", "n"}


@dataclass
class FileRead:
    """What one file of a study gave."""

    path: str  # below the study's folder
    content: bytes
    accepted: int = 0
    rejects: list[Row] = field(default_factory=list)

    @property
    def hash(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    def reject(
        self,
        reason: str,
        error: str,
        line: int | None = None,
        column: str | None = None,
        raw: str | None = None,
    ) -> None:
        """Keep what cannot be used, with its reason."""
        self.rejects.append(
            {
                "source_file": self.path, "file_hash": self.hash, "line_number": line,
                "column_name": column, "reason": reason, "error": error, "raw_text": raw,
            }
        )  # fmt: skip

    def text(self) -> str | None:
        """Return the file's text; None, and a reject, when it is not UTF-8."""
        try:
            text = self.content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            self.reject("not_utf8", f"{self.path}: not UTF-8, save it as that: {error}")
            return None
        return text.replace("\r\n", "\n").replace("\r", "\n")


def read_rows(file: FileRead, needed: tuple[str, ...], make: Callable[[Row], Row]) -> list[Row]:
    """Return the rows of a CSV file as `make` gives them; those it refuses are rejects."""
    text = file.text()
    if text is None:
        return []
    delimiter = _delimiter(text, needed)
    reader = csv.reader(io.StringIO(text), strict=True, delimiter=delimiter)
    rows: list[Row] = []
    heads: list[str] | None = None
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if heads is None:
                heads = [cell.strip().lower() for cell in cells]
                if missing := [name for name in needed if name not in heads]:
                    said = f"no column {', '.join(missing)}; there are {', '.join(heads)}"
                    file.reject("column_missing", f"{file.path}: {said}", reader.line_num)
                    return []
                if doubled := sorted({name for name in heads if name and heads.count(name) > 1}):
                    said = f"{file.path}: two columns are called {', '.join(doubled)}"
                    file.reject("column_doubled", said, reader.line_num)
                    return []
                continue
            _take(file, reader.line_num, heads, cells, make, rows)
    except csv.Error as error:
        said = f"{file.path}: line {reader.line_num}: {error}; nothing after it was read"
        file.reject("not_csv", said, reader.line_num)
    return rows


def _delimiter(text: str, needed: tuple[str, ...]) -> str:
    """Return what stands between cells: a comma unless the head has the columns with another."""
    head = next((line for line in text.splitlines() if line.strip()), "").lower()
    for delimiter in ",;\t":
        cells = [cell.strip(' "') for cell in head.split(delimiter)]
        if set(needed) <= set(cells) and (len(cells) > 1 or delimiter == ","):
            return delimiter
    return ","


def _take(
    file: FileRead,
    line: int,
    heads: list[str],
    cells: list[str],
    make: Callable[[Row], Row],
    rows: list[Row],
) -> None:
    raw = ",".join(cells)
    if len(cells) != len(heads):
        said = f"{file.path}: line {line} has {len(cells)} cells, the head has {len(heads)}"
        file.reject("wrong_width", said, line, None, raw)
        return
    try:
        rows.append(make(dict(zip(heads, (cell.strip() for cell in cells), strict=True))))
        file.accepted += 1
    except BadRow as error:
        said = f"{file.path}: line {line}: {error}"
        file.reject(error.reason, said, line, error.column, raw)


def name_of(row: Row, column: str, known: set[str]) -> str:
    """Return a row's own name, which must be one and not be taken.

    Raises:
        BadRow: it is empty, has odd characters, or stands in the file already.
    """
    name = row.get(column, "")
    if not NAME.fullmatch(name):
        raise BadRow(
            "bad_name", f"{column} {name!r} is not a name (letters, digits, _ . -)", column
        )
    if name in known:
        raise BadRow("doubled", f"{column} {name} stands in the file twice", column)
    known.add(name)
    return name


def flag(row: Row, column: str, default: bool = True) -> bool:
    """Return a yes or no of a row.

    Raises:
        BadRow: it is neither.
    """
    text = row.get(column, "").lower()
    if text == "":
        return default
    if text not in YES | NO:
        raise BadRow("not_a_flag", f"{column}: {text!r} is neither true nor false", column)
    return text in YES


def number(row: Row, column: str, default: float | None) -> float | None:
    """Return a number of a row.

    Raises:
        BadRow: it is none.
    """
    text = row.get(column, "")
    if text == "":
        return default
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if value != value or value in (float("inf"), float("-inf")):
        raise BadRow("not_a_number", f"{column}: {text!r} is no number", column)
    return value


def concept_maker(descriptions: dict[tuple[str, str], str], level: str) -> Callable[[Row], Row]:
    """Return what makes a concept of a row: its descriptions by level, under `descriptions`."""
    known: set[str] = set()

    def make(row: Row) -> Row:
        concept_id = name_of(row, "concept_id", known)
        is_active = flag(row, "active")
        texts = {one: descriptions.get((one, concept_id)) for one in LEVELS}
        if is_active and not texts[level]:
            raise BadRow(
                "no_description",
                f"concept {concept_id} has no description at the study's level: write "
                f"descriptions/{level}/{concept_id}.txt",
            )
        tags = sorted({tag.strip() for tag in row.get("tags", "").split(";") if tag.strip()})
        return {
            "concept_id": concept_id,
            "name": row.get("name") or concept_id,
            "texts": {one: text for one, text in texts.items() if text},
            "tags": tags,
            "origin": row.get("source") or row.get("origin") or None,
            "is_active": is_active,
        }

    return make


def template_maker(kind: str, texts: dict[str, str], sizes: Sizes) -> Callable[[Row], Row]:
    """Return what makes a prompt template of a row and of the .jinja file of its name.

    Args:
        kind: draft, essay or evaluation.
        texts: the files by template.
        sizes: how many concepts a prompt of the study is given.
    """
    known: set[str] = set()
    hashes: dict[str, str] = {}

    def make(row: Row) -> Row:
        template_id = name_of(row, "template_id", known)
        generator = row.get("generator") or "llm"
        if generator not in ("llm", "copy") or (generator == "copy" and kind != "essay"):
            raise BadRow(
                "bad_generator",
                f"template {template_id}: generator {generator!r} is not one of a {kind}'s",
                "generator",
            )
        text = _text_of(kind, template_id, generator, texts, sizes)
        parser = parser_of(kind, template_id, row.get("parser", ""))
        if (text_hash := _hash_of(generator, parser, text)) in hashes:
            raise BadRow("same_text", f"template {template_id} says what {hashes[text_hash]} says")
        hashes[text_hash] = template_id
        scale = _scale(row, template_id)
        return {
            "kind": kind,
            "template_id": template_id,
            "text": text,
            "text_hash": text_hash,
            "generator": generator,
            "parser": parser,
            "scale_min": scale[0] if kind == "evaluation" else None,
            "scale_max": scale[1] if kind == "evaluation" else None,
            "min_lines": int(number(row, "min_lines", 0) or 0),
            "is_active": flag(row, "active"),
        }

    return make


def _hash_of(generator: str, parser: str | None, text: str) -> str:
    asked_as = f"{generator}:{TYPED}" if parser == TYPED else generator
    return hashlib.sha256(f"{asked_as}\n{text}".encode()).hexdigest()


def _text_of(
    kind: str, template_id: str, generator: str, texts: dict[str, str], sizes: Sizes
) -> str:
    if generator == "copy":
        return ""
    if template_id not in texts:
        raise BadRow("no_template", f"there is no templates/{kind}/{template_id}.jinja")
    for size in dict.fromkeys(sizes):
        if problem := problem_of(kind, template_id, texts[template_id], size):
            raise BadRow(*problem)
    return texts[template_id]


def _scale(row: Row, template_id: str) -> tuple[float, float]:
    low, high = number(row, "scale_min", 0.0), number(row, "scale_max", 10.0)
    assert low is not None and high is not None
    if low >= high:
        raise BadRow("bad_scale", f"template {template_id}: the scale {low:g} to {high:g} is empty")
    return low, high


def model_maker() -> Callable[[Row], Row]:
    """Return what makes a model of a row."""
    known: set[str] = set()
    places: dict[tuple[str, str, str], str] = {}

    def make(row: Row) -> Row:
        model_id = name_of(row, "model_id", known)
        parameters = parameters_of(row.get("parameters", ""))
        endpoint = (row.get("endpoint") or "default").lower()
        place = (endpoint, row.get("provider_model", ""), parameters)
        if not place[1]:
            raise BadRow("no_model", f"model {model_id}: provider_model is empty", "provider_model")
        if place in places:
            raise BadRow("same_model", f"model {model_id} is what {places[place]} is")
        places[place] = model_id
        return {
            "model_id": model_id,
            "endpoint": endpoint,
            "provider_model": place[1],
            "for_generation": flag(row, "for_generation"),
            "for_evaluation": flag(row, "for_evaluation"),
            "parameters": parameters,
            "extra_headers": headers_of(row.get("headers", "")),
        }

    return make

"""Files of one source read as one: those that are of one shape, and say nothing odd.

What comes of a file is what it would be by itself, but that the rows of all lie in the same
Parquet files. Whatever does not fit in is left to be read by itself.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from ingestion.landing.rejecting import Unreadable
from ingestion.landing.worker import Job
from ingestion.tables.archive import is_zip
from ingestion.tables.concatenation import (
    Apart,
    Concatenation,
    Piece,
    concatenate,
    in_order,
    place_sql,
)
from ingestion.tables.rejecting import Reject
from ingestion.tables.staged import Staged, Wanted, quoted
from ingestion.tables.staging import Header, csv_header, stage_rows
from ingestion.tables.staging_any import file_format, json_text
from ingestion.tables.staging_json import stage_lines
from ingestion.tables.staging_other import parquet_shape, stage_parquet
from ingestion.tables.survey import Text, lines_at, readable_text
from ingestion.telemetry.convert import Converted, write_tables
from ingestion.telemetry.declaration import ControlId, Declaration
from ingestion.telemetry.labels import span_columns, write_spans
from ingestion.telemetry.mapping import Delivery, JointDelivery, control_of_file, wanted_columns

Write = Callable[[duckdb.DuckDBPyConnection, Delivery, Staged, Path], Converted]


@dataclass(frozen=True)
class Form:
    """What files of one source and role are read for, and how what they say is written."""

    wanted: Wanted
    format: str
    control: ControlId
    main_table: str
    write: Write


@dataclass(frozen=True)
class Member:
    """A file that may be read with others: all of one `shape`."""

    job: Job
    shape: tuple[Any, ...]  # format, columns, and what else has to be the same
    piece: Piece


def convert_batch(
    con: duckdb.DuckDBPyConnection, declaration: Declaration, jobs: list[Job], scratch: Path
) -> dict[int, Converted]:
    """Read those of a source's files that can be read as one; by the number of each job."""
    form = _form(declaration, jobs[0])
    if form is None:
        return {}
    shapes = defaultdict[tuple[Any, ...], list[Member]](list)
    for job in jobs:
        with suppress(Unreadable, duckdb.Error):  # it says why when it is read by itself
            if member := _member(con, form, job, scratch):
                shapes[member.shape].append(member)
    found: dict[int, Converted] = {}
    for members in shapes.values():
        found |= _of_one_shape(con, form, members)
    return found


def _form(declaration: Declaration, job: Job) -> Form | None:
    """Return how files are read; None where a row's place among those of its file matters."""
    columns, spans, files = declaration.columns, declaration.labels.spans, declaration.files
    if job.role == "spans" and spans and not (spans.cycle_id and spans.cycle_id.per == "file"):
        return Form(
            span_columns(spans), spans.format, spans.control_id, "labels",
            lambda con, delivery, staged, scratch: write_spans(
                con, declaration, delivery, staged, scratch
            ),
        )  # fmt: skip
    numbers_files = columns.energy or (columns.cycle_id and columns.cycle_id.per == "file")
    if job.role != "data" or files is None or declaration.reader or numbers_files:
        return None
    wanted = wanted_columns(declaration, set(job.asked["known_sensors"]))
    return Form(
        wanted, files.format, columns.control_id, "readings",
        lambda con, delivery, staged, scratch: write_tables(
            con, declaration, delivery, staged, wanted, scratch
        ),
    )  # fmt: skip


def _member(con: duckdb.DuckDBPyConnection, form: Form, job: Job, scratch: Path) -> Member | None:
    """Return a file with its shape; None for what is read by itself.

    Raises:
        Unreadable: the file is refused.
    """
    if is_zip(job.path):
        return None
    kind = file_format(job.path, job.origin.source_file, form.format)
    clean = scratch / f"clean{job.number:05}.{kind}"
    names: tuple[Any, ...]
    if kind == "csv":
        text = readable_text(job.path, form.wanted.dialect, clean)
        header = csv_header(text, form.wanted)
        names, first_line, is_odd = tuple(header.names), header.first_line, bool(header.units)
    elif kind == "jsonl":
        text = json_text(job.path, form.wanted, clean)
        names, first_line = _keys(text), 1
        is_odd = not names
    elif kind == "parquet":
        names, rows = parquet_shape(con, job.path)
        text, first_line, is_odd = Text(job.path, rows), 1, False
    else:
        return None
    if is_odd or any(bad.number < first_line for bad in text.bad_lines):
        return None
    control = control_of_file(form.control, job.part) if form.control.file else None
    return Member(job, (kind, names, text.line_end, control), Piece(text, first_line))


def _keys(text: Text) -> tuple[str, ...]:
    """Return the keys of the object on a text's first line, in their order; none if it has none."""
    try:
        found = json.loads(
            lines_at(text.path, [1]).get(1, "").removeprefix("\ufeff"),
            object_pairs_hook=lambda pairs: tuple(key for key, _ in pairs),
        )
    except ValueError:
        return ()
    return found if isinstance(found, tuple) else ()


def _of_one_shape(
    con: duckdb.DuckDBPyConnection, form: Form, members: list[Member]
) -> dict[int, Converted]:
    """Read files as one; those that turn out not to fit in are left out, and the rest is read."""
    while len(members) > 1:
        try:
            found = _converted(con, form, members)
        except Apart as apart:
            places = apart.places or set(range(len(members)))
            members = [one for place, one in enumerate(members) if place not in places]
        else:
            return {one.job.number: part for one, part in zip(members, found, strict=True)}
    return {}


def _converted(
    con: duckdb.DuckDBPyConnection, form: Form, members: list[Member]
) -> list[Converted]:
    first = members[0].job
    first.scratch.mkdir(parents=True, exist_ok=True)
    joint, staged, before = _staged(con, form, members)
    staged.file_count = len(members)
    origin = first.origin
    files = tuple(one.job.origin.source_file for one in members)
    delivery = JointDelivery(
        origin.load_id, origin.source, "", first.part, 0, files, tuple(before)
    )  # fmt: skip
    whole = form.write(con, delivery, staged, first.scratch)
    return _parted(con, whole, form.main_table, joint, files)


def _staged(
    con: duckdb.DuckDBPyConnection, form: Form, members: list[Member]
) -> tuple[Concatenation, Staged, list[int]]:
    """Stage files as one; returns how many records stand before those of each, too."""
    kind, names, *_ = members[0].shape
    pieces, scratch = [one.piece for one in members], members[0].job.scratch
    if kind == "parquet":
        joint = in_order(pieces, members[0].job.path)
        paths = [piece.text.path for piece in pieces]
        return joint, stage_parquet(con, paths, form.wanted, tuple(joint.starts)), joint.starts
    joint = concatenate(pieces, scratch / f"clean.{kind}")
    if kind == "csv":
        number = f"b{members[0].job.number}"
        staged = stage_rows(con, joint.text, Header(list(names), 1), form.wanted, scratch, number)
    else:
        staged = stage_lines(con, joint.text, form.wanted, scratch)
    if {column.name for column in staged.columns} != set(names):
        raise Apart
    left_out = set(joint.text.blank_lines)
    if not staged.counts_bad:
        left_out |= {bad.number for bad in staged.bad_lines}
    before = joint.before(left_out)
    staged.relation = f"(select *, {place_sql(before)} as place from {staged.relation})"
    return joint, staged, before


def _parted(
    con: duckdb.DuckDBPyConnection,
    whole: Converted,
    table: str,
    joint: Concatenation,
    files: tuple[str, ...],
) -> list[Converted]:
    """Return what came of each file; the first has the Parquet files of all.

    Raises:
        Apart: the counts do not add up.
    """
    found = [
        replace(whole, rows_in=count, outputs={}, rejects=[], cells=[], first_at=None, last_at=None)
        for count in joint.record_counts()
    ]
    for refused, of_file in ((whole.rejects, "rejects"), (whole.cells, "cells")):
        for one in refused:
            place, line = joint.place(one.line_number or 1)  # each of a batch has its line
            moved = Reject(line, one.column_name, one.reason, one.error, one.raw_text)
            getattr(found[place], of_file).append(moved)
    written = _written(con, whole, table)
    for name, part in zip(files, found, strict=True):
        part.rows_accepted = part.rows_in - len(part.rejects)
        count, part.first_at, part.last_at = written.get(name, (0, None, None))
        if count != part.rows_accepted:
            raise Apart
    found[0].outputs = whole.outputs
    return found


def _written(
    con: duckdb.DuckDBPyConnection, whole: Converted, table: str
) -> dict[str, tuple[int, int | None, int | None]]:
    """Return how many rows of each file were written, and the first and last time of readings."""
    if table not in whole.outputs:
        return {}
    times = ", ".join(
        f"epoch_us({end}(reading_at))" if table == "readings" else "null" for end in ("min", "max")
    )
    rows = con.execute(
        f"select source_file, count(*), {times} "
        f"from read_parquet({quoted(whole.outputs[table][0])}) group by source_file"
    ).fetchall()
    return {name: (count, low, high) for name, count, low, high in rows}

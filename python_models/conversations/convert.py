"""Writes a file of chat data in another shape: `make convert FILE= TEMPLATE= TO=`.

Nothing is landed and no lake is needed. Records are read and written one at a time, whatever the
size of the file; the file is there whole or not at all. What is not carried over lies beside it.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from ingestion.conversations.decoding import Dialect, Payload, records
from ingestion.conversations.formats import Standardised, Unstandard, standardise
from ingestion.conversations.json_stream import Bad
from ingestion.lakehouse.make_words import Arguments
from ingestion.lakehouse.settings import SettingsError, told
from ingestion.landing.rejecting import Unreadable
from python_models.conversations.export import add_shape, shape_of
from python_models.conversations.released_set import SetRefused
from python_models.conversations.request import Request
from python_models.conversations.talks import NotCarried
from python_models.conversations.templates import Record, Template
from python_models.conversations.writers import COMPRESSIONS, FORMATS, writing

LEFT_OUT = ".left_out.jsonl"


@dataclass
class Converted:
    """What a conversion came to: records by what became of them, and why."""

    records: int = 0
    written: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)


def convert(source: Path, target: Path, request: Request, hint: str | None = None) -> Converted:
    """Write every record of a file that the shape can carry to another file.

    Args:
        source: JSON, JSON lines, CSV, Parquet or ChatML text, packed or not.
        target: the file to make; its ending says how (`target_kind`).
        request: the shape that is wanted.
        hint: format of the records, when it is known.

    Raises:
        SetRefused: the shape or the target cannot be had.
        Unreadable: the whole source cannot be used.
    """
    request.check()
    if target.exists():
        raise SetRefused(f"{target} is there already: name another file in TO")
    template, done = request.shape(), Converted()
    target.parent.mkdir(parents=True, exist_ok=True)
    making = target.with_name(f".{target.name}.{os.getpid()}")
    beside = making.with_name(making.name + LEFT_OUT)
    try:
        with (
            writing(making, request.format, request.compression, template.schema) as writer,
            beside.open("wb") as named,
        ):
            for number, found in _standardised(source, hint):
                done.records += 1
                try:
                    writer.put(_record(found, template, done))
                except NotCarried as reason:
                    done.left_out[str(reason)] += 1
                    told = {"record_number": number, "reason": str(reason)}
                    if isinstance(found, Unstandard):
                        told["error"] = str(found)
                    named.write(orjson.dumps(told) + b"\n")
            done.written = writer.rows
        if done.left_out:
            beside.rename(target.with_name(target.name + LEFT_OUT))
        making.rename(target)
    finally:
        making.unlink(missing_ok=True)
        beside.unlink(missing_ok=True)
    return done


def _record(found: Standardised | Unstandard, template: Template, done: Converted) -> Record:
    """A record in another shape.

    Raises:
        NotCarried: it is no conversation, or the shape has no place for it.
    """
    if isinstance(found, Unstandard):
        raise NotCarried(f"{found.reason}: no conversation")
    turns = [{"role": one.role, "content": one.content} for one in found.messages]
    lost: list[str] = []
    record = template.record(found.conversation_id, turns, found.metadata, lost.append)
    done.lost.update(lost)
    return record


def _standardised(
    source: Path, hint: str | None
) -> Iterator[tuple[int, Standardised | Unstandard]]:
    for number, payload in enumerate(records(source, source.name, Dialect()), start=1):
        try:
            yield number, _of_one(payload, hint)
        except Unstandard as error:
            yield number, error
        except RecursionError:
            yield number, Unstandard("too_deep", "the record is nested too deeply")


def _of_one(payload: Payload, hint: str | None) -> Standardised:
    if isinstance(payload, Bad):
        raise Unstandard(payload.reason, payload.error)
    try:
        record = orjson.loads(payload) if isinstance(payload, bytes) else payload
    except orjson.JSONDecodeError as error:
        raise Unstandard("bad_json", str(error)) from None
    return standardise(record, hint)


def target_kind(target: Path) -> tuple[str, str]:
    """Return format and compression as the ending of a file's name says them.

    Raises:
        SetRefused: it names neither.
    """
    endings = {end: name for name, end in COMPRESSIONS.items() if end}
    packed = endings.get(target.suffix, "none")
    form = target.name.removesuffix(COMPRESSIONS[packed]).rpartition(".")[2]
    if form not in FORMATS:
        raise SetRefused(
            f"TO={target}: end its name with one of {', '.join(FORMATS)}, and .gz or .zst behind it"
        )
    return form, packed


def main(arguments: list[str] | None = None) -> int:
    """Convert one file; returns the exit code (1: refused, nothing was written)."""
    parser = Arguments(prog="python -m python_models.conversations.convert", description=__doc__)
    parser.add_argument("--file", type=Path, required=True)
    parser.add_argument("--to", type=Path, required=True, help="file to make: name.jsonl.gz")
    parser.add_argument("--from", dest="hint", help="format of the records, when it is known")
    add_shape(parser)
    options = parser.parse_args(arguments)
    try:
        form, packed = target_kind(options.to)
        request = Request(format=form, compression=packed, **shape_of(options))
        done = convert(options.file, options.to, request, options.hint)
    except (SetRefused, SettingsError, Unreadable, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    lines = [f"{done.written} of {done.records} records written to {options.to}"]
    lines += [f"  left out: {count} ({why})" for why, count in sorted(done.left_out.items())]
    lines += [f"  not carried: {kind} of {count}" for kind, count in sorted(done.lost.items())]
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(told(main))

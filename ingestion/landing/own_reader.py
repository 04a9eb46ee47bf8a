"""Readers of one's own, named in a declaration: a function that yields the rows of a file."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ingestion.landing.rejecting import Unreadable


def own_rows(reader: str, path: Path) -> Iterator[Any]:
    """Yield what a reader of one's own, `package.module:function(path)`, yields of a file.

    Raises:
        Unreadable: the reader raised an error.
    """
    module, _, name = reader.partition(":")
    try:
        yield from getattr(importlib.import_module(module), name)(path)
    except Exception as error:
        raise Unreadable("reader_failed", f"{reader}: {type(error).__name__}: {error}") from error


def own_rows_written(reader: str, path: Path, target: Path) -> Path:
    """Write what a reader of one's own yields of a file down as JSON lines; returns `target`.

    Raises:
        Unreadable: the reader raised an error.
    """
    with target.open("w", encoding="utf-8") as stream:
        for row in own_rows(reader, path):
            stream.write(json.dumps(row, ensure_ascii=False, default=str) + "\n")
    return target

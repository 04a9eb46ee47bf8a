"""Readers of one's own, named in a declaration: a function that yields the rows of a file."""

from __future__ import annotations

import importlib
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

"""pyiceberg's files, made durable when they are closed: metadata and manifests of a commit.

pyiceberg loads this class by the name that the catalog's properties give (`py-io-impl`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pyiceberg.io import OutputFile
from pyiceberg.io.pyarrow import PyArrowFileIO

from ingestion.lakehouse.durable import sync, sync_files
from ingestion.lakehouse.paths import local_path
from ingestion.lakehouse.settings import settings


class _DurableStream:
    """A stream whose file is on the disk once it is closed."""

    def __init__(self, stream: Any, address: str) -> None:
        self._stream, self._address = stream, address
        # the metadata file, written last, lies in the same folder: one sync brings their names
        self._is_named_later = address.endswith(".avro") and settings().sluice_catalog_type == "sql"

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def __enter__(self) -> _DurableStream:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file and bring it to the disk."""
        is_open = not self._stream.closed
        self._stream.close()
        if is_open and self._is_named_later:
            sync(Path(local_path(self._address)))
        elif is_open:
            sync_files([self._address])


class DurableFileIO(PyArrowFileIO):
    """Reads and writes as pyiceberg does; local files are synced."""

    def new_output(self, location: str) -> OutputFile:  # type: ignore[override]
        """Return a file to write whose streams are durable once closed."""
        output = super().new_output(location)
        create = output.create
        output.create = lambda overwrite=False: _DurableStream(create(overwrite), location)  # type: ignore[method-assign]
        return output

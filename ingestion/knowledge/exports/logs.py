"""Files of logs: kept as they are; their lines are read by the declared pattern later."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from ingestion.knowledge.containers import Member
from ingestion.knowledge.exports.folder import whole_file
from ingestion.knowledge.log_bytes import trouble_of
from ingestion.knowledge.seen import Reading, Refused, Seen

# `app.log.2.gz` and `app.log-20250301` are earlier parts of the stream `app`
_ROTATED = re.compile(r"(?:[.-]\d{1,8}(?:-\d+)?|[.-]\d{4}-\d\d-\d\d)*(?:\.(?:log|txt|gz|bz2|xz))*$")


def read(files: Iterable[Member], reading: Reading) -> Iterator[Seen | Refused]:
    """Yield every file; it is known by its stream and its bytes, whatever it is called."""
    for file in files:
        if trouble := trouble_of(file.content):
            yield Refused(file.path, *trouble, is_hole=True)
            continue
        stream = stream_of(file.path, reading.declaration.lines.stream)
        seen = whole_file(file, reading, "log_file")
        seen.native_id = f"{stream}/{seen.blob_hash[:24]}"
        seen.content_hash = seen.blob_hash
        seen.title, seen.parent = stream, None
        yield seen


def stream_of(path: str, pattern: str | None) -> str:
    """Return the stream a file is part of: what the declared pattern says, else its name."""
    if pattern and (match := re.search(pattern, path)):
        return match["stream"]
    name = PurePosixPath(path).name
    while (shorter := _ROTATED.sub("", name)) != name and shorter:
        name = shorter
    return name

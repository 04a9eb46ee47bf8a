"""Commands `make knowledge-object` and `make knowledge-document`: one of each, from the release."""

from __future__ import annotations

import json
import sys
from typing import Any

from ingestion.knowledge.read_back import content_of
from ingestion.lakehouse.make_words import Arguments
from ingestion.lakehouse.objects import ObjectLost, object_store
from ingestion.lakehouse.settings import told
from python_models.release.reader import NothingReleased, open_release

Row = dict[str, Any]


class NotFound(LookupError):
    """Nothing of the release has the id; the message says how to find one."""


def versions_named(table: str, name: str, version: str | None = None) -> list[Row]:
    """Return the versions of one object or document, the newest first.

    Args:
        table: `objects` or `documents`.
        name: its id or the beginning of one, its native id, address or title.
        version: only this one, or the beginning of its id.

    Raises:
        NotFound: there is none, or several have that name.
    """
    newest = "first_seen desc" if table == "objects" else "is_current desc"
    with open_release() as release:
        found = release.execute(
            f"select * from knowledge.{table} where (starts_with(object_id, $name)"
            " or native_id = $name or uri = $name or title = $name)"
            f" and starts_with(version, $version) order by {newest}, version",
            {"name": name, "version": version or ""},
        )
        rows: list[Row] = found.to_arrow_table().to_pylist()
    if not rows:
        raise NotFound(
            f"Nothing in knowledge.{table} is called {name!r}; look for it with `make sql`: "
            f"select object_id, kind, title from knowledge.{table}"
        )
    if len({row["object_id"] for row in rows}) > 1:
        shown = ", ".join(f"{one['object_id']} ({one['title']})" for one in rows[:5])
        raise NotFound(f"Several are called {name!r}: {shown}. Name one by its id.")
    return rows


def document_named(name: str, version: str | None = None) -> Row:
    """Return a document.

    Raises:
        NotFound: there is none, and why where it is an object without a text.
    """
    try:
        return versions_named("documents", name, version)[0]
    except NotFound as error:
        try:
            row = versions_named("objects", name, version)[0]
        except NotFound:
            raise error from None
    why = row["failure"] or f"a {row['kind']} by itself is no document"
    raise NotFound(f"{row['object_id']} has no text: {why}")


def main(arguments: list[str] | None = None) -> int:
    """Show an object's bytes or its text; returns the exit code."""
    parser = Arguments(prog="python -m python_models.knowledge.looking_up", description=__doc__)
    parser.add_argument("what", choices=("object", "document"))
    parser.add_argument("id", help="id, native id, address, title; of an object also a blob's hash")
    parser.add_argument("--version", help="version, or the beginning of its id")
    parser.add_argument("--json", action="store_true", help="what is known of it, as JSON")
    options = parser.parse_args(arguments)
    try:
        if options.what == "object" and len(options.id) == 64 and not options.json:
            _write(object_store().get(options.id))
            return 0
        if options.what == "document":
            row = document_named(options.id, options.version)
            content = str(row["text"]).encode()
        else:
            row = versions_named("objects", options.id, options.version)[0]
            content = b"" if options.json else content_of(row["blob_hash"], row["locator"])
        if options.json:
            content = json.dumps(row, default=str, ensure_ascii=False, indent=2).encode()
        _write(content)
    except (NotFound, NothingReleased, ObjectLost) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _write(content: bytes) -> None:
    sys.stdout.buffer.write(content)
    if sys.stdout.isatty() and not content.endswith(b"\n"):
        sys.stdout.buffer.write(b"\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(told(main))

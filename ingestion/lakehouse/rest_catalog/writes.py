"""What may be changed through the server: named namespaces, below their own folder, in turn.

Releases, the ledger and raw tables are in the same catalog: whoever may write to a namespace of
their own may not move what the lake's commands rely on.
"""

from __future__ import annotations

import posixpath
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from ingestion.lakehouse.lake import warehouse_uri
from ingestion.lakehouse.lock import build_lock
from ingestion.lakehouse.paths import local_path
from ingestion.lakehouse.rest_catalog.problems import bad_request, forbidden
from ingestion.lakehouse.settings import settings

_NAME = re.compile(r"[\w][\w.\- ]*", re.ASCII)
# with these a table would name code that this process loads, or a store its keys are used at
_OURS = ("py-", "write.py-", "s3.", "gcs.", "adls.", "hdfs.", "hf.", "client.")
_one_at_a_time = threading.Lock()


@contextmanager
def writing(*namespaces: str) -> Iterator[None]:
    """Hold the lake's lock for one change of these namespaces.

    Raises:
        Refused: one of them may not be changed through the server.
        LakeLocked: a build is running.
    """
    for namespace in namespaces:
        _require_writable(namespace)
    # the lock of a lake is a process's: its threads take turns here
    with _one_at_a_time, build_lock(command="make catalog, a commit of a client"):
        yield


def writable() -> frozenset[str]:
    """Return the namespaces that may be changed; none: the server only reads."""
    named = (settings().sluice_catalog_server_writes or "").split(",")
    return frozenset(name.strip() for name in named if name.strip())


def _require_writable(namespace: str) -> None:
    known = writable()
    if namespace not in known:
        may = f"only {', '.join(sorted(known))} may" if known else "nothing may"
        raise forbidden(
            f"Namespace {namespace} is not to be changed here: {may}. Whoever serves the catalog "
            f"names what may: SLUICE_CATALOG_SERVER_WRITES={','.join(sorted({*known, namespace}))}"
        )


def require_name(name: str) -> str:
    """Return a name that is one folder and nothing else."""
    if not _NAME.fullmatch(name) or len(name) > 255:
        raise bad_request(
            f"{name!r} is no name for a table, a view or a namespace: letters, digits, _ - . and "
            "space, the first a letter, a digit or _, at most 255"
        )
    return name


def require_place(location: str, namespace: str) -> str:
    """Return a location that lies in the folder of its namespace, below the lake's tables."""
    folder = f"{local_path(warehouse_uri()).rstrip('/')}/{namespace}/"
    plain = local_path(location)
    scheme, _, rest = plain.rpartition("://")
    if posixpath.normpath(rest) != rest.rstrip("/") or not plain.startswith(folder):
        raise forbidden(f"{location} is not in the folder of the namespace: {folder}")
    return location


def require_harmless(properties: Mapping[str, str]) -> None:
    """Refuse properties with which a table would change how this process works."""
    ours = sorted(name for name in properties if name.lower().startswith(_OURS))
    if ours:
        raise bad_request(f"Set by the client, not by the table: {', '.join(ours)}")

"""A catalog on a server says which lake it belongs to as properties of a namespace of its own.

It is told of a new generation last, so it may be one behind; one that is further behind, knows a
newer one, or knows none though it did, is not the catalog this lake was written with.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ingestion.lakehouse.generation import MEND, LakeDisagrees, is_being_mended
from ingestion.lakehouse.lake_version import Version, read_version, turn, write_version

if TYPE_CHECKING:
    from pyiceberg.catalog import Catalog

NAMESPACE = "sluice"
STORE = "server-catalog"
_ID, _GENERATION = "sluice.lake-id", "sluice.generation"
_agreed: dict[Path, int] = {}


def note(opened: Catalog, root: Path) -> None:
    """Tell the server which lake its tables belong to, and as of which generation."""
    with turn(root):
        version = read_version(root)
        if version is None:
            return
        opened.create_namespace_if_not_exists(NAMESPACE)
        known = {_ID: version.lake_id, _GENERATION: str(version.generation)}
        opened.update_namespace_properties(NAMESPACE, updates=known)
        if STORE not in version.stores:
            write_version(root, replace(version, stores=(*version.stores, STORE)))
    _agreed[root] = version.generation


def require_known(opened: Catalog, root: Path) -> None:
    """Refuse a server that holds another state than the lake; looks once for each generation.

    Raises:
        LakeDisagrees: says what the server knows, and what to do.
    """
    version = read_version(root)
    if version is None or is_being_mended(root) or _agreed.get(root) == version.generation:
        return
    says = _trouble(opened, version)
    if says:
        raise LakeDisagrees(f"{says}\n{MEND}")
    note(opened, root)


def _trouble(opened: Catalog, version: Version) -> str | None:
    from pyiceberg.exceptions import NoSuchNamespaceError

    try:
        known = opened.load_namespace_properties(NAMESPACE)
    except NoSuchNamespaceError:
        known = {}
    if _ID not in known:
        if STORE in version.stores:
            return "The catalog server does not know this lake: it is new, or another one."
        return None
    if known[_ID] != version.lake_id:
        return f"The catalog server's tables belong to another lake ({known[_ID]})."
    number = int(known[_GENERATION])
    if number not in (version.generation, version.generation - 1):
        return (
            f"The catalog server is of generation {number}, the lake of {version.generation}: one "
            "of them was put back from an older copy."
        )
    return None
